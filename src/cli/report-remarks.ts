import type {FailOver} from '../features/cost/report/fail-over.js'
import type {SendResult} from '../features/cost/report/send-report.js'
import type {CostReport} from '../features/cost/report/cost-report.js'
import {moneyText} from '../ports/money.js'

/** What else there is to say of a report; in quiet only what went wrong or too far. */
export function remarks(
  {sends, failOver}: {readonly sends: readonly SendResult[]; readonly failOver: FailOver | null},
  isQuiet: boolean,
): readonly string[] {
  const told = sends.filter(({state}) => !isQuiet || state === 'failed').map(sendText)
  return failOver?.isExceeded === true ? [...told, overText(failOver)] : told
}

/** What became of a notice, for the person at the terminal. */
function sendText({channel, state, message}: SendResult): string {
  switch (state) {
    case 'sent':
      return `Sent to ${channel}.`
    case 'already':
      return `It went to ${channel} today already; --force sends it again.`
    case 'planned':
      return `Would be sent to ${channel}.`
    case 'failed':
      return `Not sent to ${channel}: ${message ?? ''}`
  }
}

function overText({limit, of, is, most}: FailOver): string {
  const what = of === 'spent' ? 'Spent' : 'Expected'
  return `${what} ${moneyText(is)}, more than ${limit} (${moneyText(most)}).`
}

/** Why a run is not one to rely on; undefined when it is. */
export function problemOf({
  report,
  sends,
}: {
  readonly report: CostReport
  readonly sends: readonly SendResult[]
}): string | undefined {
  const failed = sends.find(({state}) => state === 'failed')
  return report.source.degraded?.message ?? failed?.message ?? undefined
}
