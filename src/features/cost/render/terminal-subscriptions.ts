import {moneyText, type MinorMoney} from '../../../ports/money.js'
import type {PriceRange} from '../../../ports/cost-plan.js'
import type {SubscriptionMonth} from '../subscriptions.js'
import {rangeText} from './price-range.js'
import {padEnd, padStart, widthOf, wrapped} from './blocks.js'
import {roomy, type TerminalPage} from './terminal-page.js'

/** Everything that is paid beside the bill, by group; what is free is counted, not listed. */
export function subscriptionLines({report, look, width}: TerminalPage): readonly string[] {
  const {items, totals} = report.subscriptions
  const paid = items.filter(({month, isBilled}) => month !== undefined && !isBilled)
  const billed = items.filter(({month, isBilled}) => month !== undefined && isBilled)
  if (items.length === 0) return []
  const names = Math.max(...paid.map(({name}) => widthOf(name)), 24)
  const line = (name: string, price: PriceRange, note: string) =>
    `${padEnd(name, names)} ${padStart(rangeText(price), 14)}  ${look.paint('faint', width < roomy ? '' : note)}`
  return [
    look.paint('title', 'Subscriptions this month'),
    ...paid.map((one) => line(one.name, one.month ?? nothing, kindNote(one))),
    look.paint('title', line('Fixed', totals.fixed, '')),
    line('Paid by use, estimated', totals.perUse, ''),
    ...wrapped(
      `${billed.length} more are on the bill above (${rangeText(totals.billed)} in the design), ` +
        `${totals.freeCount} are free, ${totals.includedCount} paid with something else.`,
      width,
    ).map((text) => look.paint('faint', text)),
  ]
}

const nothing: PriceRange = {
  low: {minor: 0, currency: 'INR'},
  high: {minor: 0, currency: 'INR'},
}

function kindNote({kind, price}: SubscriptionMonth): string {
  if (kind === 'perUse') return 'by use, an estimate'
  return kind === 'yearly' && price !== undefined ? `${rangeText(price)} a year` : ''
}

/** The whole month with everything; the rows add up in each column. */
export function outlookLines({report, look, width}: TerminalPage): readonly string[] {
  const {rows, total} = report.outlook
  const names = Math.max(...[...rows, total].map(({title}) => widthOf(title)))
  const amount = (money: MinorMoney) => padStart(moneyText(money), 15)
  const line = (one: typeof total) =>
    `${padEnd(one.title, names)} ${amount(one.expected)} ${width < roomy ? '' : look.paint('faint', amount(one.low) + amount(one.high))}`
  const head = `${padEnd('The whole month', names)} ${padStart('expected', 15)}`
  const ends = padStart('low', 16) + padStart('high', 15)
  return [
    look.paint('title', head) + (width < roomy ? '' : look.paint('faint', ends)),
    ...rows.map(line),
    look.paint('title', line(total)),
  ]
}
