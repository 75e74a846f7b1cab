import {describe, expect, test} from 'vitest'
import {htmlReport} from '../../../../src/features/cost/render/html/page.js'
import {moneyText} from '../../../../src/ports/money.js'
import {ledgerOf, reportOf, steady} from '../report/reports.js'
import {sampleReport} from './sample.js'

const page = htmlReport(sampleReport())

/** Every start and end of an element, in order. */
function tagsOf(html: string): readonly string[] {
  const withoutStyle = html.replaceAll(/<style>.*?<\/style>/gs, '')
  return [...withoutStyle.matchAll(/<(\/?)([a-z0-9]+)[^>]*?(\/?)>/g)].map(
    ([, end = '', name = '', self = '']) => `${end}${name}${self}`,
  )
}

const single = new Set(['meta', 'rect/', 'path/', 'circle/'])

describe('the page', () => {
  test('needs nothing from elsewhere: no address, no script, no import', () => {
    expect(page).not.toMatch(/https?:|\/\/[a-z]|<script|<link|@import|url\(|src=|href=/i)
    expect(Buffer.byteLength(page)).toBeLessThan(300_000)
  })

  test('closes what it opens', () => {
    const open: string[] = []
    for (const tag of tagsOf(page)) {
      if (single.has(tag)) continue
      if (tag === `/${open.at(-1)}`) open.pop()
      else open.push(tag)
    }
    expect(open).toEqual([])
  })

  test('is light or dark as the system is, and fits a phone', () => {
    expect(page).toContain('prefers-color-scheme:dark')
    expect(page).toContain('width=device-width')
    expect(page).toMatch(/max-width:640px/)
  })

  test('names each picture for whoever cannot see it', () => {
    const pictures = page.match(/<svg[^>]*>/g) ?? []
    const silent = pictures.filter((tag) => !/aria-(labelledby|label|hidden)=/.test(tag))

    expect(pictures.length).toBeGreaterThan(15)
    expect(silent).toEqual([])
    for (const [, ids = ''] of page.matchAll(/aria-labelledby="([^"]+)"/g)) {
      for (const id of ids.split(' ')) expect(page).toContain(`id="${id}"`)
    }
  })

  test('has every id once, and a table of the days beside their chart', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)

    expect(new Set(ids).size).toBe(ids.length)
    expect(page).toContain('The days as a table')
    expect(page.match(/<th scope="row">\d+ Nov<\/th>/g)).toHaveLength(23)
  })

  test('shows the numbers of the report', () => {
    const {budget, total, forecast, outlook, anomalies} = sampleReport()
    const amounts = [budget.spent, budget.budget, total, outlook.total.expected]

    for (const amount of amounts) expect(page).toContain(moneyText(amount))
    expect(page).toContain(moneyText(forecast?.expected ?? total))
    expect(page).toContain(anomalies[0]?.cause[0]?.usageType ?? 'none')
  })

  test('shows names as text, whatever is in them', () => {
    const html = htmlReport(reportOf([{service: '<img onerror=x>"\'&'}]))

    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img onerror=x&gt;&quot;&#39;&amp;')
  })

  test.each([
    ['an empty bill', reportOf([])],
    ['a month that is over', sampleReport('2026-10')],
    ['negative days', reportOf(steady(-5))],
    ['one day', reportOf([{day: '2026-11-01'}], {asOf: '2026-11-01'})],
    ['the last day of a month', reportOf(steady(5), {asOf: '2026-10-31'})],
  ])('can be drawn of %s', (_, report) => {
    expect(htmlReport(report)).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('of old data begins with that', () => {
    const degraded = {code: 'X', message: 'Cost Explorer <denied> access.', hints: []}
    const html = htmlReport(reportOf([], {ledger: ledgerOf([{}], {degraded})}))

    expect(html).toMatch(/role="alert".*The data are.*Cost Explorer &lt;denied&gt; access/)
  })

  test('of 40 services and 31 days stays small', () => {
    const charges = Array.from({length: 40}, (_, at) =>
      steady(at + 1, {service: `Service ${at}`}),
    ).flat()

    expect(Buffer.byteLength(htmlReport(reportOf(charges)))).toBeLessThan(300_000)
  })
})
