import {NotifyFailure, type Notice, type Notifier} from '../../../ports/notifier.js'
import type {ReportMemory} from '../../../ports/report-memory.js'

export interface SendResult {
  readonly channel: string
  readonly state: 'sent' | 'already' | 'failed' | 'planned'
  /** Why it failed; null when it did not. */
  readonly message: string | null
}

/** What is remembered of sends. */
export type SendMemory = Pick<
  ReportMemory,
  'sendState' | 'beginSend' | 'finishSend' | 'abandonSend'
>

interface Sending {
  readonly notifiers: readonly Notifier[]
  readonly memory: SendMemory
  /** Even when it was sent today. */
  readonly force: boolean
}

/** On which channels the notice would go out, and on which it has. */
export async function planSends(
  {id}: Notice,
  {notifiers, memory, force}: Sending,
): Promise<readonly SendResult[]> {
  return Promise.all(
    notifiers.map(async ({channel}) => {
      const isSent = !force && (await memory.sendState(id, channel)) === 'sent'
      return {channel, state: isSent ? 'already' : 'planned', message: null} as const
    }),
  )
}

/**
 * Sends a notice once on each channel. It is recorded before it leaves and after it was taken: what a
 * killed run began is sent again and says so, because a report that is missing is worse than one that
 * comes twice. One channel that fails does not hold up the other. The memory is to be held exclusively.
 */
export async function sendReport(notice: Notice, sending: Sending): Promise<readonly SendResult[]> {
  const planned = await planSends(notice, sending)
  const results: SendResult[] = []
  for (const [at, notifier] of sending.notifiers.entries()) {
    const plan = planned[at]
    const isOpen = plan === undefined || plan.state === 'planned'
    results.push(isOpen ? await sendOnce(notice, notifier, sending.memory) : plan)
  }
  return results
}

async function sendOnce(
  notice: Notice,
  notifier: Notifier,
  memory: SendMemory,
): Promise<SendResult> {
  const {channel} = notifier
  const isRepeat = (await memory.sendState(notice.id, channel)) === 'begun'
  await memory.beginSend(notice.id, channel)
  try {
    await notifier.send(isRepeat ? asRepeat(notice) : notice)
  } catch (error) {
    if (!(error instanceof NotifyFailure)) throw error
    // What nobody has taken is new the next time; what perhaps was stays in doubt.
    if (error.outcome !== 'unknown') await memory.abandonSend(notice.id, channel)
    return {channel, state: 'failed', message: error.message}
  }
  await memory.finishSend(notice.id, channel)
  return {channel, state: 'sent', message: null}
}

function asRepeat(notice: Notice): Notice {
  const remark = 'Perhaps a repeat: an earlier run ended while it was sending.'
  return {...notice, text: `${notice.text}\n\n${remark}`}
}
