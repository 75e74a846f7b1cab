import type {Sockets} from '../../ports/sockets.js'
import {serviceNames, type ServiceName, type ServiceStatus, type Stack} from '../../ports/stack.js'
import type {PortName, Ports, WorkspaceMemory} from '../../ports/workspace.js'
import {decidePorts, type PortWish} from './ports.js'
import type {StartObservation} from './start.js'

interface ObserveTools {
  readonly stack: Stack
  readonly memory: WorkspaceMemory
  readonly sockets: Sockets
  /** In force now; what is taken is replaced in the result. */
  readonly ports: Ports
  readonly isChosen: (name: PortName) => boolean
  /** The backend is going to be started by mitra. */
  readonly keepsBackend?: boolean
}

/** Looks at services, binaries and ports; changes nothing. */
export async function observeStart(
  wanted: readonly ServiceName[],
  {stack, memory, sockets, ports, isChosen, keepsBackend = false}: ObserveTools,
): Promise<StartObservation> {
  const states = await stack.states()
  const isAllUp = wanted.every((name) => states.get(name)?.state === 'healthy')
  const remembered = {ports: await memory.ports(), engine: await memory.engine()}
  const {engine} = stack
  if (isAllUp) return {engine, states, prepared: [], decisions: [], ports, remembered}

  // Once Nginx points to a port, whoever listens there is taken to be the backend.
  const movesBackend = keepsBackend && remembered.ports.backend === undefined
  const wishes = portWishes(ports, states, isChosen, movesBackend)
  const [prepared, decisions] = await Promise.all([
    stack.prepared(wanted),
    decidePorts(wishes, sockets),
  ])
  const decided = Object.fromEntries(decisions.map(({name, port}) => [name, port]))
  return {engine, states, prepared, decisions, ports: {...ports, ...decided}, remembered}
}

function portWishes(
  ports: Ports,
  states: ReadonlyMap<ServiceName, ServiceStatus>,
  isChosen: (name: PortName) => boolean,
  movesBackend: boolean,
): readonly PortWish[] {
  const isRunning = (name: ServiceName) => {
    const state = states.get(name)?.state
    return state === 'healthy' || state === 'starting'
  }
  const wish = (name: PortName, service: ServiceName) => ({
    name,
    wanted: ports[name],
    isChosen: isChosen(name),
    isOurs: isRunning(service),
  })
  return [
    {name: 'backend', wanted: ports.backend, isChosen: isChosen('backend'), isOurs: !movesBackend},
    ...serviceNames.map((name) => wish(name === 'object-store' ? 'objectStore' : name, name)),
    wish('objectStoreConsole', 'object-store'),
  ]
}
