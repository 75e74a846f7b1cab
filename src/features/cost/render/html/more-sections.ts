import {moneyText, type MinorMoney} from '../../../../ports/money.js'
import type {CostReport} from '../../report/cost-report.js'
import type {SubscriptionMonth} from '../../subscriptions.js'
import {rangeText} from '../price-range.js'
import {anomalySentence, causeHint, causeTexts, changeSentences, shortDay} from '../wording.js'
import {escaped} from './markup.js'

export function anomalySection({anomalies}: CostReport): string {
  const items = anomalies.map((one) => {
    const causes = causeTexts(one).map((text) => `<p>Cause: <code>${escaped(text)}</code></p>`)
    const hint = `<p class="soft">${escaped(causeHint(one))}</p>`
    const since = one.isNew ? '<span class="state warning">new</span> ' : ''
    return (
      `<div class="pin ${one.kind === 'drop' ? 'calm' : 'warning'}"><p>${since}${escaped(anomalySentence(one))}</p>` +
      `${causes.length === 0 ? hint : causes.join('')}</div>`
    )
  })
  const none = '<p class="soft">None: every service costs what it usually does.</p>'
  return `<section class="card"><h2>Anomalies</h2>${items.join('') || none}</section>`
}

export function changeSection({changes}: CostReport): string {
  if (changes === null) {
    return '<section class="card"><h2>Since the last report</h2><p class="soft">This is the first one; the next will say what has changed.</p></section>'
  }
  const items = changeSentences(changes).map(({text, tone}) => {
    const shown = escaped(text.slice(0, 1).toUpperCase() + text.slice(1))
    return `<div class="pin ${tone}"><p>${shown}.</p></div>`
  })
  const title = `Since the report of ${shortDay(changes.since.at.slice(0, 10))}`
  return `<section class="card"><h2>${title}</h2>${items.join('')}</section>`
}

/** The whole month with subscriptions and tax; each column adds up. */
export function outlookSection({outlook}: CostReport): string {
  const cells = (one: (typeof outlook.rows)[number]) =>
    `<th scope="row">${escaped(one.title)}</th><td class="hide soft">${moneyText(one.low)}</td>` +
    `<td>${moneyText(one.expected)}</td><td class="hide soft">${moneyText(one.high)}</td>`
  return (
    '<section class="card"><h2>The whole month, with everything</h2><div class="scroll"><table><thead><tr>' +
    '<th scope="col">What</th><th scope="col" class="hide">Low</th><th scope="col">Expected</th><th scope="col" class="hide">High</th></tr></thead>' +
    `<tbody>${outlook.rows.map((one) => `<tr>${cells(one)}</tr>`).join('')}</tbody>` +
    `<tfoot><tr class="sum">${cells(outlook.total)}</tr></tfoot></table></div></section>`
  )
}

export function subscriptionSection({subscriptions}: CostReport): string {
  const {items, totals} = subscriptions
  if (items.length === 0) return ''
  const paid = items.filter(({month, isBilled}) => month !== undefined && !isBilled)
  const billed = items.filter(({month, isBilled}) => month !== undefined && isBilled)
  const free = items.filter(({month}) => month === undefined)
  const sum = (title: string, text: string) =>
    `<tr class="sum"><th scope="row">${title}</th><td class="hide"></td><td class="hide"></td><td>${text}</td></tr>`
  return (
    '<section class="card"><h2>Subscriptions this month</h2><div class="scroll"><table><thead><tr>' +
    '<th scope="col">Name</th><th scope="col" class="hide l">For</th><th scope="col" class="hide l">Price</th><th scope="col">This month</th></tr></thead>' +
    `<tbody>${paid.map(subscriptionRow).join('')}</tbody>` +
    `<tfoot>${sum('Fixed', rangeText(totals.fixed))}${sum('Paid by use, estimated', rangeText(totals.perUse))}</tfoot></table></div>` +
    list(`${billed.length} are on the bill already`, billed.map(billedText)) +
    list(`${free.length} cost nothing this month`, free.map(freeText)) +
    '</section>'
  )
}

function subscriptionRow({name, purpose, kind, price, month}: SubscriptionMonth): string {
  const kinds: Readonly<Record<string, string>> = {monthly: 'a month', perUse: 'by use, estimated'}
  const each =
    kind === 'yearly' && price !== undefined ? `${rangeText(price)} a year` : (kinds[kind] ?? '')
  return (
    `<tr><th scope="row">${escaped(name)}</th><td class="hide soft l">${escaped(purpose)}</td>` +
    `<td class="hide soft l">${each}</td><td>${month === undefined ? '' : rangeText(month)}</td></tr>`
  )
}

function billedText({name, month}: SubscriptionMonth): string {
  return `${name} (${month === undefined ? '' : rangeText(month)} in the design)`
}

function freeText({name, kind, price, includedIn}: SubscriptionMonth): string {
  if (kind === 'included') return `${name} (with ${includedIn ?? 'something else'})`
  return kind === 'oneTime' && price !== undefined ? `${name} (${rangeText(price)} once)` : name
}

function list(title: string, texts: readonly string[]): string {
  if (texts.length === 0) return ''
  return `<details><summary>${title}</summary><p class="soft">${escaped(texts.join(', '))}.</p></details>`
}

/** A number with its name, above the charts. */
export function tile(name: string, amount: MinorMoney | undefined, note: string): string {
  const value = amount === undefined ? 'not known' : moneyText(amount)
  return `<div class="card tile"><span class="soft small">${name}</span><b>${value}</b><span class="soft small">${escaped(note)}</span></div>`
}
