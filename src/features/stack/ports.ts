import {MitraError} from '../../errors.js'
import type {PortHolder, Sockets} from '../../ports/sockets.js'
import type {PortName, Ports} from '../../ports/workspace.js'

/** What is known of one port before it is given out. */
export interface PortWish {
  readonly name: PortName
  readonly wanted: number
  /** Written by a person (file, flag, environment): never replaced behind their back. */
  readonly isChosen: boolean
  /** Our own service holds it already, or nothing of ours listens there (the backend's). */
  readonly isOurs: boolean
}

export interface PortDecision {
  readonly name: PortName
  readonly port: number
  /** Set when the wanted port is taken: by whom. */
  readonly insteadOf?: {readonly port: number; readonly holder: PortHolder | undefined}
}

const highest = 65_535

/** The ports in force: what a person chose, else what was given out before, else the preferred. */
export function portsInForce(
  configured: Ports,
  isChosen: (name: PortName) => boolean,
  remembered: Partial<Ports>,
): Ports {
  const names = Object.keys(configured).filter((name): name is PortName => name in configured)
  const entries = names.map((name) => [
    name,
    isChosen(name) ? configured[name] : (remembered[name] ?? configured[name]),
  ])
  return {...configured, ...Object.fromEntries(entries)}
}

/** Looks before anything is changed: a taken port is replaced by the next free one, its holder named. */
export async function decidePorts(
  wishes: readonly PortWish[],
  sockets: Sockets,
): Promise<readonly PortDecision[]> {
  const given = new Set(wishes.filter((wish) => wish.isOurs).map((wish) => wish.wanted))
  const decisions: PortDecision[] = []
  for (const wish of wishes) {
    // One after the other: two services must not be given the same free port.
    const decision = await decideOne(wish, given, sockets)
    given.add(decision.port)
    decisions.push(decision)
  }
  return decisions
}

async function decideOne(
  wish: PortWish,
  given: ReadonlySet<number>,
  sockets: Sockets,
): Promise<PortDecision> {
  const {name, wanted} = wish
  if (wish.isOurs) return {name, port: wanted}
  if (!given.has(wanted) && (await sockets.isPortFree(wanted))) return {name, port: wanted}
  const holder = given.has(wanted)
    ? {command: 'another service of mitra'}
    : await sockets.portHolder(wanted)
  if (wish.isChosen) throw portTaken(name, wanted, holder)
  return {name, port: await nextFree(wanted + 1, given, sockets), insteadOf: {port: wanted, holder}}
}

async function nextFree(
  first: number,
  given: ReadonlySet<number>,
  sockets: Sockets,
): Promise<number> {
  for (let port = first; port <= Math.min(first + 200, highest); port += 1) {
    if (!given.has(port) && (await sockets.isPortFree(port))) return port
  }
  throw new MitraError(
    'notReady',
    'NO_FREE_PORT',
    `No free port from ${first} to ${first + 200}.`,
    {
      hints: [
        'A security product may make every port look taken: mitra doctor says who holds them.',
      ],
    },
  )
}

function portTaken(name: PortName, port: number, holder: PortHolder | undefined): MitraError {
  return new MitraError(
    'notReady',
    'PORT_TAKEN',
    `Port ${port}, chosen for ${name}, is taken by ${holderText(holder)}.`,
    {
      hints: [
        'End that program, or choose another port in mitra.yml.',
        'mitra config show --explain',
      ],
    },
  )
}

/** "postgres (pid 812)", as far as it can be seen. */
export function holderText(holder: PortHolder | undefined): string {
  if (holder === undefined) return 'a program of another user'
  const {command = 'a program', pid} = holder
  return pid === undefined ? command : `${command} (pid ${pid})`
}
