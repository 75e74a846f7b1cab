import {Args} from '@oclif/core'

/** Read from argv, since there may be several. */
export const serviceArgument = Args.string({
  ignoreStdin: true,
  description: 'Only these: postgres, redis, object-store, nginx, backend. Repeatable.',
})
