import type {PriceRange} from '../../../ports/cost-plan.js'
import {moneyText} from '../../../ports/money.js'

export function rangeText({low, high}: PriceRange): string {
  return low.minor === high.minor ? moneyText(low) : `${moneyText(low)} to ${moneyText(high)}`
}
