import {messageOf, MitraError} from '../../errors.js'
import type {ServiceName} from '../../ports/stack.js'
import type {ContainerEnd} from './engine.js'

export interface ContainerFailure {
  readonly cause: string
  readonly lastLines: readonly string[]
}

const saidAloud = /\b(FATAL|PANIC|emerg|panic|fatal|Fatal|error|Error|ERR)\b/

const takenPort = /(127\.0\.0\.1:\d+).*(address already in use|port is already allocated)/

/** Why a container is not running: what the engine says, else the line in which the program does. */
export function containerFailure(end: ContainerEnd, lines: readonly string[]): ContainerFailure {
  return {cause: causeOf(end, lines), lastLines: lines}
}

function causeOf({error, exitCode, isOutOfMemory}: ContainerEnd, lines: readonly string[]): string {
  if (error !== '') return startFailure(error)
  if (isOutOfMemory) return 'its container ran out of memory'
  if (exitCode > 128) return `its container was ended by signal ${exitCode - 128}`
  const said = lines.findLast((line) => saidAloud.test(line))?.trim()
  const status = `its container ended with exit code ${exitCode}`
  return said === undefined ? status : `${status}: ${said}`
}

/** The engine wraps the reason in the names of networks and ids. */
export function startFailure(error: unknown): string {
  const text = messageOf(error).trim()
  const port = takenPort.exec(text)
  if (port !== null) return `port ${port[1]} is taken by another program`
  return text.replace(/^\(HTTP code \d+\) [\w ]+ - /, '').replace(/\.$/, '')
}

/**
 * What a killed engine leaves of a container: its id in the runtime, or a port that the engine takes
 * for given out while nobody listens there.
 */
export async function isLeftByEngine(error: unknown, port: number): Promise<boolean> {
  if (/id already in use|already exists|marked for removal/i.test(messageOf(error))) return true
  return isPortTaken(error) && (await holderOf(port)) === undefined
}

export function isPortTaken(error: unknown): boolean {
  return takenPort.test(messageOf(error))
}

/** Names the holder, as far as it can be seen. */
export async function takenText(port: number): Promise<string> {
  const holder = await holderOf(port)
  // Seen with 20.10: the engine after a killed one takes a port for given out that nobody holds.
  if (holder === undefined) {
    return `port ${port} is taken and no holder can be seen; restart Docker if it was killed`
  }
  const {command = 'another program', pid} = holder
  const who = pid === undefined ? command : `${command} (pid ${pid})`
  // Forwarders outlive an engine that was killed (20.10); the next engine does not know of them.
  const why = command === 'docker-proxy' ? ', which a killed docker engine has left: end it' : ''
  return `port ${port} is taken by ${who}${why}`
}

async function holderOf(port: number) {
  const {HostSockets} = await import('../sockets/ports.js')
  return new HostSockets().portHolder(port)
}

export function serviceError(
  service: ServiceName,
  {cause, lastLines}: ContainerFailure,
): MitraError {
  return new MitraError('notReady', 'SERVICE_FAILED', `${service} failed: ${cause}.`, {
    hints: [...lastLines, `mitra logs ${service}`, `mitra up ${service}`],
  })
}

/** One error for all services that failed side by side. */
export function oneError(reasons: readonly unknown[]): unknown {
  const known = reasons.filter((reason) => reason instanceof MitraError)
  if (known.length !== reasons.length || known.length === 1) return reasons[0]
  const message = known.map((error) => error.message).join(' ')
  return new MitraError('notReady', 'SERVICE_FAILED', message, {
    hints: known.flatMap((error) => error.hints),
  })
}
