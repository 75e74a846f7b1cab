import {Flags} from '@oclif/core'
import {objectStoreChoices} from '../ports/stack-settings.js'

export const planFlag = Flags.boolean({
  summary:
    'Show what would be done and why, change nothing. Exits 2 when there is something to do.',
  env: 'MITRA_PLAN',
})

export const yesFlag = Flags.boolean({
  char: 'y',
  summary: 'Do not ask.',
  env: 'MITRA_YES',
})

export const engineFlag = Flags.option({
  options: ['auto', 'docker', 'native'] as const,
  summary: 'What runs the services.',
})()

export const objectStoreFlag = Flags.option({
  options: objectStoreChoices,
  summary: 'The S3 server of the native engine.',
})()
