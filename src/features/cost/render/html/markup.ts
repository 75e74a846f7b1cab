import {compactMoney} from './compact-money.js'

/** Text as HTML shows it, in an element or in a quoted attribute. */
export function escaped(text: string): string {
  const safe = text.replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? letter)
  // A line may not end between the sign of an amount and the amount.
  return safe.replaceAll(/([+-])(?=\p{Sc})/gu, '$1&#8288;')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

interface Scaled {
  readonly width: number
  readonly frame: Frame
  readonly currency: string
  readonly ticks: readonly number[]
  readonly y: (value: number) => number
}

/** The room around a chart, for its scales. */
export interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** The lines of a scale of money and, right of the chart, what they stand for. */
export function moneyGrid({width, frame, currency, ticks, y}: Scaled): string {
  const end = width - frame.right
  return ticks
    .map(
      (tick) =>
        `<path class="grid" d="M${frame.left},${at(y(tick))}H${at(end)}"/>` +
        `<text class="axis" x="${at(end + 6)}" y="${at(y(tick) + 4)}">${compactMoney(tick, currency)}</text>`,
    )
    .join('')
}

/** A coordinate with one decimal: a tenth of a pixel is more than anybody sees. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10)
}

interface Chart {
  readonly id: string
  readonly width: number
  readonly height: number
  /** What a screen reader says instead of the picture. */
  readonly title: string
  readonly description: string
}

/** A picture that is read out by its title and description. */
export function svg({id, width, height, title, description}: Chart, body: string): string {
  return (
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
    `aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${escaped(title)}</title>` +
    `<desc id="${id}-d">${escaped(description)}</desc>${body}</svg>`
  )
}

/**
 * The same chart for a desk and for a phone: letters that shrink with the picture cannot be read.
 * Each is hidden where the other is shown, from screen readers too.
 */
export function forBothWidths(id: string, draw: (id: string, width: number) => string): string {
  return (
    `<div class="wide">${draw(`${id}-w`, 1038)}</div>` +
    `<div class="narrow">${draw(`${id}-n`, 340)}</div>`
  )
}
