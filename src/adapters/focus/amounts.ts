import {parseMoney} from '../../ports/money.js'

const onePico = 1_000_000_000_000
const digitsOfPico = 12
/** Nine digits before the point and twelve behind it: each part fits a double exactly. */
const plain = /^-?\d{1,9}(?:\.\d{1,12})?$/

/** An exact amount in two doubles: whole units, and 10^-12 of one, less than a unit. */
export interface Amount {
  readonly whole: number
  readonly pico: number
}

/**
 * Reads a decimal; undefined for what is none. An export has two of them in each of its million rows,
 * so the way it writes nearly all of them is read digit by digit; the rest by the parser of all
 * amounts.
 */
export function amountOf(text: string): Amount | undefined {
  if (!plain.test(text)) return otherwise(text)
  const isNegative = text.charCodeAt(0) === minus
  const point = text.indexOf('.')
  const end = point === -1 ? text.length : point
  const whole = digits(text, isNegative ? 1 : 0, end)
  const decimals = Math.max(0, text.length - end - 1)
  const pico = digits(text, end + 1, text.length) * (scales[decimals] ?? 0)
  return isNegative ? {whole: -whole, pico: -pico} : {whole, pico}
}

const minus = 45
const zero = 48

function digits(text: string, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at += 1) value = value * 10 + text.charCodeAt(at) - zero
  return value
}

const scales = Array.from(
  {length: digitsOfPico + 1},
  (_, decimals) => 10 ** (digitsOfPico - decimals),
)

function otherwise(text: string): Amount | undefined {
  try {
    const {pico} = parseMoney(text, 'XXX')
    return {whole: Number(pico / BigInt(onePico)), pico: Number(pico % BigInt(onePico))}
  } catch {
    return undefined
  }
}

/** A sum of amounts, exact up to nine thousand million million units. */
export class ExactSum {
  #whole = 0
  #pico = 0

  add({whole, pico}: Amount): void {
    this.#whole += whole
    this.#pico += pico
    if (this.#pico >= onePico) {
      this.#pico -= onePico
      this.#whole += 1
    } else if (this.#pico <= -onePico) {
      this.#pico += onePico
      this.#whole -= 1
    }
  }

  get total(): bigint {
    return BigInt(this.#whole) * BigInt(onePico) + BigInt(this.#pico)
  }
}
