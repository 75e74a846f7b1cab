import {describe, expect, test} from 'vitest'
import {recordClass, type RecordClass} from '../../../../src/features/cost/report/record-types.js'

const expected: Readonly<Record<RecordClass, readonly string[]>> = {
  usage: [
    'Usage',
    'DiscountedUsage',
    'SavingsPlanCoveredUsage',
    'SavingsPlanNegation',
    'Savings Plan Covered Usage',
    'Savings Plan Negation',
  ],
  support: ['Support', 'Support fee', 'OtherSupport'],
  commitment: [
    'SavingsPlanRecurringFee',
    'SavingsPlanUpfrontFee',
    'Savings Plan Recurring Fee',
    'Upfront reservation fee',
    'Recurring reservation fee',
    'RIFee',
    'Recurring',
    'Upfront',
    'Purchase',
  ],
  fee: ['Fee', 'One-time fee'],
  // A refunded tax is tax that was taken back.
  tax: ['Tax', 'Tax (Correction)', 'TaxRefund', 'IGST', 'SGST', 'VAT'],
  credit: [
    'Credit',
    'Credit (Correction)',
    'Enterprise Discount Program Discount',
    'Bundled discount',
    'PrivateRateDiscount',
  ],
  refund: ['Refund', 'Adjustment', 'Usage (Correction)', 'Purchase (Correction)'],
  other: ['', 'Something that is new next year'],
}

describe('a record type', () => {
  const cases = Object.entries(expected).flatMap(([kind, types]) =>
    types.map((type) => ({type, kind})),
  )

  test.each(cases)('$type is $kind', ({type, kind}) => {
    expect(recordClass(type)).toBe(kind)
  })
})
