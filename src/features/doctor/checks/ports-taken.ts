import type {PortHolder} from '../../../ports/sockets.js'
import type {ServiceName} from '../../../ports/stack.js'
import type {PortName} from '../../../ports/workspace.js'
import type {Check, DoctorTools, Finding} from '../check.js'

// The backend's port is not ours to give: whoever listens there is taken to be the backend.
const portOf: readonly (readonly [ServiceName, PortName])[] = [
  ['postgres', 'postgres'],
  ['redis', 'redis'],
  ['object-store', 'objectStore'],
  ['nginx', 'nginx'],
]

interface TakenPort {
  readonly name: PortName
  readonly port: number
  readonly holder: PortHolder | undefined
}

export const portsTaken: Check = {
  id: 'ports.taken',
  subject: 'The ports of the services',
  need: 'engine',
  async look(tools) {
    const taken = await takenPorts(tools)
    const [first] = taken
    if (first === undefined) {
      const ports = await tools.ports()
      return {
        state: 'ok',
        title: `Ours or free: ${portOf.map(([, name]) => ports[name]).join(', ')}`,
      }
    }
    const {isChosenPort} = await tools.workspace()
    const chosen = taken.filter(({name}) => isChosenPort(name))
    return chosen.length > 0 ? chosenTaken(taken, chosen) : replaceable(taken)
  },
}

/** Ports of services that do not run and that somebody else listens on. */
async function takenPorts(tools: DoctorTools): Promise<readonly TakenPort[]> {
  const [ports, states, sockets] = await Promise.all([
    tools.ports(),
    tools.states(),
    tools.sockets(),
  ])
  const down = portOf.filter(([service]) => {
    const state = states.get(service)?.state ?? 'stopped'
    return state === 'stopped' || state === 'failed'
  })
  const looked = await Promise.all(
    down.map(async ([, name]) => {
      const port = ports[name]
      if (await sockets.isPortFree(port)) return []
      return [{name, port, holder: await sockets.portHolder(port)}]
    }),
  )
  return looked.flat()
}

function chosenTaken(taken: readonly TakenPort[], chosen: readonly TakenPort[]): Finding {
  return {
    state: 'failed',
    title: taken.map(textOf).join('; '),
    cause: `Chosen by a person, so never replaced: ${chosen.map(({name}) => `ports.${name}`).join(', ')}.`,
    fix: ['End that program, or choose another port in mitra.yml.', 'mitra config show --explain'],
  }
}

function replaceable(taken: readonly TakenPort[]): Finding {
  return {
    state: 'warning',
    title: taken.map(textOf).join('; '),
    cause: 'The next mitra up takes the next free port instead and remembers it.',
    fix: ['mitra up', 'Or end that program first to keep the usual port.'],
  }
}

function textOf({port, holder}: TakenPort): string {
  const {command = 'a program of another user', pid} = holder ?? {}
  return `Port ${port} is taken by ${command}${pid === undefined ? '' : ` (pid ${pid})`}`
}
