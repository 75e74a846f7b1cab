import {MitraError} from '../../errors.js'
import type {BillPages} from '../../ports/bill-pages.js'
import type {Clock} from '../../ports/clock.js'
import type {CostLedger, CostLine, CostSource, CostSpent, DayWindow} from '../../ports/costs.js'
import type {CostStore, CostWriter, KnownDetail, StoredCosts} from '../../ports/cost-store.js'
import {addDays, daysBetween, daysOf, monthOf, utcDayOf} from './calendar.js'
import {fetchDays, type PageBudget} from './fetch-pages.js'
import {firstOpenDay, isFinal, isWarm, isWarmTime} from './finality.js'
import {storedLedger} from './stored-ledger.js'
import {regionOfUsage} from './usage-region.js'
import {knowableWindow} from './window.js'

/** Of one successful page of Cost Explorer, in cents. */
const centsPerRequest = 1

interface SourceParts {
  /** Opened only when something has to be asked. */
  readonly pages: () => Promise<BillPages>
  readonly store: CostStore
  readonly clock: Clock
  readonly cap: number
  readonly warmHours: number
  /** Whose bill it has to be; undefined for whoever's credentials these are. */
  readonly account: string | undefined
}

/** Cost Explorer behind a store of days: asked for what is missing, and for nothing else. */
export class StoredCostSource implements CostSource {
  readonly #parts: SourceParts
  #requests = 0

  constructor(parts: SourceParts) {
    this.#parts = parts
  }

  async ledger(window: DayWindow): Promise<CostLedger> {
    const {store, clock} = this.#parts
    const now = clock.now()
    let costs = await store.read()
    let failure: MitraError | undefined
    if (!this.#isWarm(knowable(window, now), costs)) {
      try {
        costs = await this.#refresh(window)
      } catch (error) {
        failure = foreseen(error)
        costs = await store.read()
      }
    }
    const reading = {window, now, failure, spent: this.#spent(costs)}
    return storedLedger(costs, reading)
  }

  async detail(service: string, window: DayWindow): Promise<readonly CostLine[] | undefined> {
    const {store, clock} = this.#parts
    const asked = knowable(window, clock.now())
    const costs = await store.read()
    const known = costs.detail(service, asked)
    if (known !== undefined && this.#isDetailWarm(known, costs)) return inRegions(known.lines)
    try {
      return inRegions((await this.#askDetail(service, asked)) ?? known?.lines)
    } catch (error) {
      foreseen(error)
      return inRegions(known?.lines)
    }
  }

  spent(): CostSpent {
    return {
      requests: this.#requests,
      cost: {minor: this.#requests * centsPerRequest, currency: 'USD'},
    }
  }

  #spent(costs: StoredCosts): CostLedger['spent'] {
    const month = utcDayOf(this.#parts.clock.now()).slice(0, 7)
    const {cap} = this.#parts
    return {...this.spent(), thisMonth: {requests: costs.requestsIn(month), cap}}
  }

  #isWarm(window: DayWindow, costs: StoredCosts): boolean {
    return isWarm(window, costs, {now: this.#parts.clock.now(), warmHours: this.#parts.warmHours})
  }

  /** From the first day that is not known for good to the end of today, in one answer. */
  async #refresh(window: DayWindow): Promise<StoredCosts> {
    const {store, clock} = this.#parts
    const writer = await store.write('cost report')
    try {
      // Another one may have asked while we waited.
      const known = writer.known()
      if (this.#isWarm(knowable(window, clock.now()), known)) return known
      const {account, pages} = await this.#openPages(known)
      const all = knowableWindow(clock.now())
      const start = firstOpenDay(all, known) ?? addDays(all.end, -1)
      const query = {window: {start, end: all.end}}
      const days = await fetchDays(query, this.#budget(pages, writer))
      const at = clock.now().toISOString()
      const end = addDays(days.at(-1)?.day ?? addDays(start, -1), 1)
      await writer.keep({at, account, window: {start, end}, service: undefined, days})
      return writer.known()
    } finally {
      await writer.release()
    }
  }

  async #askDetail(service: string, window: DayWindow): Promise<readonly CostLine[] | undefined> {
    const {store, clock} = this.#parts
    const writer = await store.write('cost detail')
    try {
      const known = writer.known()
      if (!this.#hasSpare(known)) return undefined
      const {account, pages} = await this.#openPages(known)
      const days = await fetchDays({window, service}, this.#budget(pages, writer))
      await writer.keep({at: clock.now().toISOString(), account, window, service, days})
      return writer.known().detail(service, window)?.lines
    } finally {
      await writer.release()
    }
  }

  /** A detail never takes what the reports of the month's remaining days need. */
  #hasSpare(costs: StoredCosts): boolean {
    const today = utcDayOf(this.#parts.clock.now())
    const left = daysBetween(today, monthOf(today).end)
    return this.#parts.cap - costs.requestsIn(today.slice(0, 7)) >= left
  }

  #isDetailWarm({fetchedAt, window}: KnownDetail, {days}: StoredCosts): boolean {
    const {clock, warmHours} = this.#parts
    if (isWarmTime(fetchedAt, {now: clock.now(), warmHours})) return true
    return daysOf(window).every((day) => {
      const known = days.get(day)
      return known !== undefined && isFinal(day, known)
    })
  }

  #budget(pages: BillPages, writer: CostWriter): PageBudget {
    const {clock, cap} = this.#parts
    return {pages, writer, clock, cap, onPaid: () => (this.#requests += 1)}
  }

  /** The bills of two accounts never get into one store. */
  async #openPages(known: StoredCosts) {
    const pages = await this.#parts.pages()
    const wanted = this.#parts.account ?? known.account
    const found = await pages.account()
    if (wanted !== undefined && found !== undefined && found !== wanted) {
      throw otherAccount(wanted, found, this.#parts.account !== undefined)
    }
    if (found === undefined && this.#parts.account === undefined && wanted !== undefined) {
      throw unknownAccount(wanted)
    }
    return {pages, account: found ?? this.#parts.account}
  }
}

/** What can be asked of a window at all: nothing before 13 months ago, nothing that is yet to come. */
function knowable({start, end}: DayWindow, now: Date): DayWindow {
  const all = knowableWindow(now)
  return {start: start < all.start ? all.start : start, end: end > all.end ? all.end : end}
}

function inRegions(lines: readonly CostLine[] | undefined): readonly CostLine[] | undefined {
  return lines?.map((line) => ({...line, region: regionOfUsage(line.usageType ?? '')}))
}

/** Only what was foreseen degrades; a bug is a bug. */
function foreseen(error: unknown): MitraError {
  if (error instanceof MitraError && error.kind !== 'bug') return error
  throw error
}

function otherAccount(wanted: string, found: string, isSetting: boolean): MitraError {
  const whose = isSetting ? 'cost.account says' : 'the days kept here are of'
  return new MitraError(
    'notReady',
    'OTHER_ACCOUNT',
    `The credentials are of account ${found}; ${whose} ${wanted}.`,
    {
      hints: [
        `Use credentials of ${wanted}: cost.profile or AWS_PROFILE chooses a profile.`,
        `Set cost.account to ${found} for that account's bill; each account has a store of its own.`,
      ],
    },
  )
}

function unknownAccount(wanted: string): MitraError {
  return new MitraError(
    'notReady',
    'ACCOUNT_UNKNOWN',
    `STS does not say whose credentials these are; the days kept here are of account ${wanted}.`,
    {hints: [`Set cost.account to ${wanted} where STS cannot be reached.`]},
  )
}
