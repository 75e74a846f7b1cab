import {MitraError} from '../../errors.js'
import {
  PageFailure,
  type BillDay,
  type BillPage,
  type BillPages,
  type BillQuery,
} from '../../ports/bill-pages.js'
import type {Clock} from '../../ports/clock.js'
import type {CostWriter} from '../../ports/cost-store.js'
import {daysOf} from './calendar.js'

/** What paying for pages needs. */
export interface PageBudget {
  readonly pages: BillPages
  readonly writer: CostWriter
  readonly clock: Clock
  /** Requests a month. */
  readonly cap: number
  /** Called for each request that was or may have been paid for. */
  readonly onPaid: () => void
}

/** For one page. A refusal is free, so patience costs nothing; each lost answer may cost a request. */
const mostRetries = {wait: 3, again: 1, restart: 0, never: 0}
const firstWaitMs = 500

/**
 * Every page of one answer, checked and put together; nothing when one of them does not come. Each
 * request is on record before it is sent, so a killed process cannot have sent one uncounted.
 */
export async function fetchDays(query: BillQuery, budget: PageBudget): Promise<readonly BillDay[]> {
  try {
    return await fetchOnce(query, budget)
  } catch (error) {
    if (!(error instanceof PageFailure) || error.retry !== 'restart') throw error
    return fetchOnce(query, budget)
  }
}

async function fetchOnce(query: BillQuery, budget: PageBudget): Promise<readonly BillDay[]> {
  const pages: BillPage[] = []
  const tokens = new Set<string>()
  let token: string | undefined
  do {
    const page = await patientPage(query, token, budget)
    pages.push(page)
    token = page.next
    if (token !== undefined && tokens.has(token)) throw odd('its pages go round in a circle')
    if (token !== undefined) tokens.add(token)
  } while (token !== undefined)
  return wholeDays(query, pages)
}

/** A page, asked for again where that makes sense: throttled after a wait, lost once more. */
async function patientPage(
  query: BillQuery,
  token: string | undefined,
  budget: PageBudget,
): Promise<BillPage> {
  const tries = {wait: 0, again: 0, restart: 0, never: 0}
  for (;;) {
    try {
      return await paidPage(query, token, budget)
    } catch (error) {
      if (!(error instanceof PageFailure)) throw error
      tries[error.retry] += 1
      if (tries[error.retry] > mostRetries[error.retry]) throw error
      // Spread, so that those who were refused together do not come back together.
      const waitMs = firstWaitMs * 2 ** (tries.wait + tries.again - 1)
      await budget.clock.sleep(waitMs * (1 + Math.random() / 2))
    }
  }
}

async function paidPage(
  query: BillQuery,
  token: string | undefined,
  {pages, writer, clock, cap, onPaid}: PageBudget,
): Promise<BillPage> {
  const {window, service} = query
  const what = [window.start, window.end, service ?? '', token === undefined ? '' : 'next page']
  const at = clock.now().toISOString()
  const id = await writer.reserve({at, what: what.join(' ').trim(), cap})
  try {
    const page = await pages.page(query, token)
    onPaid()
    await writer.settle(id, 'billed')
    return page
  } catch (error) {
    if (!(error instanceof PageFailure)) throw error
    if (error.charged === 'maybe') onPaid()
    await writer.settle(id, error.charged === 'no' ? 'free' : 'lost')
    throw error
  }
}

/** Every day of the window, in order, without gap or overlap; today alone may be missing. */
function wholeDays({window}: BillQuery, pages: readonly BillPage[]): readonly BillDay[] {
  const days = joinedDays(pages)
  const wanted = daysOf(window)
  for (const [index, day] of wanted.entries()) {
    const found = days[index]?.day
    const isLastMissing = found === undefined && index === wanted.length - 1
    if (found !== day && !isLastMissing) throw odd(`it has ${found ?? 'nothing'} for ${day}`)
  }
  if (days.length > wanted.length) throw odd(`it goes on after ${window.end}`)
  for (const day of days) refuseDoubles(day)
  return days
}

function joinedDays(pages: readonly BillPage[]): readonly BillDay[] {
  const days: BillDay[] = []
  for (const day of pages.flatMap((page) => page.days)) {
    const last = days.at(-1)
    if (last?.day === day.day) days[days.length - 1] = joined(last, day)
    else days.push(day)
  }
  return days
}

/** A day that two pages share. */
function joined(one: BillDay, other: BillDay): BillDay {
  const {day} = one
  const {currency = other.currency} = one
  if (other.currency !== undefined && other.currency !== currency) {
    throw odd(`${day} is in ${currency} and in ${other.currency}`)
  }
  const isEstimated = one.isEstimated || other.isEstimated
  return {day, isEstimated, currency, lines: [...one.lines, ...other.lines]}
}

function refuseDoubles({day, lines}: BillDay): void {
  const seen = new Set<string>()
  for (const {service, recordType, usageType = ''} of lines) {
    const key = [service, recordType, usageType].join('\n')
    if (seen.has(key)) throw odd(`${day} has ${service}, ${recordType} twice`)
    seen.add(key)
  }
}

function odd(what: string): MitraError {
  return new MitraError('notReady', 'ODD_ANSWER', `The answer of Cost Explorer is odd: ${what}.`, {
    hints: ['Nothing of it is kept. Run the command again, and report it if it comes again.'],
  })
}
