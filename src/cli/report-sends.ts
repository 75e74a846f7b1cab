import {MitraError} from '../errors.js'
import {
  planSends,
  sendReport,
  type SendMemory,
  type SendResult,
} from '../features/cost/report/send-report.js'
import type {Notifier} from '../ports/notifier.js'
import type {NotifyChannel} from './open-notifiers.js'
import type {MadeReport} from './report-work.js'
import type {Tools} from './tools.js'

interface SendWish {
  readonly send?: readonly NotifyChannel[] | undefined
  readonly force: boolean
  readonly plan: boolean
  readonly month?: string | undefined
  readonly phase?: string | undefined
  readonly users?: number | undefined
}

export interface Delivery {
  readonly sends: readonly SendResult[]
  /** Why the report could not be remembered; undefined when it was, or was not to be. */
  readonly forgotten: string | undefined
}

/** The channels, once each; throws NOTIFY_NOT_SET before anything is asked or paid for. */
export async function openChannels(
  tools: Tools,
  {send = []}: SendWish,
): Promise<readonly Notifier[]> {
  return Promise.all([...new Set(send)].map((channel) => tools.notifier(channel)))
}

/**
 * Sends the report and remembers it, while no other report does. A look at an earlier month or at
 * other users is not what the next report is to be compared with.
 */
export async function deliverReport(
  {report, record, memory}: MadeReport,
  notifiers: readonly Notifier[],
  wish: SendWish,
): Promise<Delivery> {
  const isWhatIf = [wish.month, wish.phase, wish.users].some((given) => given !== undefined)
  const {reportNotice} = await import('../features/cost/render/notice.js')
  const send = async (keeper: SendMemory): Promise<readonly SendResult[]> => {
    if (notifiers.length === 0) return []
    const notice = reportNotice(report)
    const sending = {notifiers, memory: keeper, force: wish.force}
    return wish.plan ? planSends(notice, sending) : sendReport(notice, sending)
  }
  if (memory === undefined) return {sends: await send(forgetful), forgotten: undefined}
  try {
    return await memory.exclusive(async () => {
      const sends = await send(memory)
      if (!wish.plan && !isWhatIf) await memory.remember(report.source.name, record)
      return {sends, forgotten: undefined}
    })
  } catch (error) {
    const isOnlyMemory = notifiers.length === 0 && error instanceof MitraError
    if (!isOnlyMemory || error.kind === 'bug') throw error
    return {sends: [], forgotten: error.message}
  }
}

/** The sample is nobody's bill: it may be sent as often as one likes, to try a channel. */
const forgetful: SendMemory = {
  sendState: async () => 'new',
  beginSend: async () => undefined,
  finishSend: async () => undefined,
  abandonSend: async () => undefined,
}
