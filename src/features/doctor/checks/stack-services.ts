import type {Journal} from '../../../ports/journal.js'
import {serviceNames, type ServiceStatus} from '../../../ports/stack.js'
import type {Check, Finding} from '../check.js'
import type {Repair} from '../repair.js'

export const stackServices: Check = {
  id: 'stack.services',
  subject: 'The services',
  need: 'engine',
  async look(tools) {
    const states = await tools.states()
    const services = serviceNames.flatMap((name) => states.get(name) ?? [])
    const of = (state: ServiceStatus['state']) => services.filter((one) => one.state === state)
    const failed = of('failed')
    if (failed.length > 0) return failedFinding(failed)
    if (of('stopped').length === services.length) {
      return allStopped(await tools.journal())
    }
    const notUp = [...of('stopped'), ...of('starting')]
    if (notUp.length === 0) return {state: 'ok', title: `${names(services)} are healthy`}
    return notUpFinding(notUp)
  },
}

/** What a person stopped is no fault; what ended without that is. */
async function allStopped(journal: Journal): Promise<Finding> {
  // A journal that cannot be read is the finding of another check.
  const runs = await journal.runs().catch(() => [])
  const last = runs
    .flatMap(({command, finished}) => finished.map(({id, at}) => ({command, id, at})))
    .findLast(({id}) => /^stack\.(start|stop)\./.test(id))
  if (last?.id.startsWith('stack.stop.') ?? false) {
    const at = `${last?.at.slice(0, 16)}Z`
    return {state: 'ok', title: `Stopped by mitra ${last?.command} at ${at}`, fix: ['mitra up']}
  }
  return {
    state: 'warning',
    title: 'The stack is stopped',
    fix: ['mitra up'],
    repairs: [{kind: 'start', services: serviceNames}],
  }
}

function notUpFinding(notUp: readonly ServiceStatus[]): Finding {
  const silent = notUp.filter(({state}) => state === 'starting')
  const title = notUp.map(({name, state}) => `${name} is ${state}`).join(', ')
  const fix = ['mitra up', `mitra logs ${notUp[0]?.name ?? ''}`]
  const stopped = notUp.filter(({state}) => state === 'stopped').map(({name}) => name)
  const repairs: Repair[] = stopped.length === 0 ? [] : [{kind: 'start', services: stopped}]
  if (silent.length === 0) return {state: 'warning', title, fix, repairs}
  return {
    state: 'warning',
    title,
    cause: `${names(silent)} runs and does not answer: it was started a moment ago, or it hangs.`,
    fix: [...fix, ...silent.map(({name}) => `mitra restart ${name}`)],
    repairs,
  }
}

function failedFinding(failed: readonly ServiceStatus[]): Finding {
  const causes = failed.map(({name, failure}) => {
    const last = failure?.lastLines.at(-1)
    const words = last === undefined ? '' : ` Its last line: ${last.trim()}`
    return `${name}: ${failure?.cause ?? 'unknown'}.${words}`
  })
  return {
    state: 'failed',
    title: `${names(failed)} failed`,
    cause: causes.join(' '),
    fix: [...failed.map(({name}) => `mitra logs ${name}`), 'mitra up'],
    repairs: [{kind: 'start', services: failed.map(({name}) => name)}],
  }
}

function names(services: readonly ServiceStatus[]): string {
  return services.map(({name}) => name).join(', ')
}
