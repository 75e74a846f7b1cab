import {messageOf, MitraError} from '../../../src/errors.js'
import type {ServiceName} from '../../../src/ports/stack.js'
import {openedWorkspace} from './workspace.js'

// A process of its own, for tests that kill it or run it as another user: prepares and starts.
const [where = '', names = ''] = process.argv.slice(2)
const {stack} = openedWorkspace(JSON.parse(where))
const services: readonly ServiceName[] = JSON.parse(names)
try {
  const prepared = await stack.prepare(services, () => undefined)
  const missing = prepared.filter(({state}) => state === 'missing')
  if (missing.length === 0) await stack.up(services, async () => undefined)
  const states = [...(await stack.states()).values()].map(({name, state}) => [name, state])
  console.log(JSON.stringify({prepared, states: Object.fromEntries(states)}))
} catch (error) {
  const hints = error instanceof MitraError ? error.hints : []
  console.log(JSON.stringify({error: messageOf(error), hints}))
}
