/** What kind of money a line is, whatever its source calls it. */
export type RecordClass =
  | 'usage'
  | 'support'
  | 'commitment'
  | 'fee'
  | 'tax'
  | 'credit'
  | 'refund'
  | 'other'

/**
 * Cost Explorer's record types (`SavingsPlanRecurringFee`, `Upfront reservation fee`) and FOCUS's
 * charge categories (`Purchase`, `Usage (Correction)`) come in many spellings, and new ones appear.
 * The first pattern that fits decides; what fits none is `other`, shown and counted like the rest.
 */
const patterns: readonly (readonly [RecordClass, RegExp])[] = [
  ['tax', /\btax|gst\b|\bvat\b/],
  ['credit', /\bcredit|\bdiscounts?$/],
  ['refund', /\brefund|\bcorrection\b|\badjustment\b/],
  ['support', /\bsupport\b/],
  // What a Savings Plan covers is listed at its full price; the negation takes that back.
  ['usage', /^(discounted )?usage$|\bcovered usage$|\bnegation$/],
  ['commitment', /\b(savings plan|reservation|reserved|ri|recurring|upfront)\b|^purchase$/],
  ['fee', /\bfee\b/],
]

/** The class of a record type as found in a bill. */
export function recordClass(recordType: string): RecordClass {
  const known = classes.get(recordType)
  if (known !== undefined) return known
  const words = inWords(recordType)
  const found = patterns.find(([, pattern]) => pattern.test(words))?.[0] ?? 'other'
  classes.set(recordType, found)
  return found
}

/** A bill names ten or twenty types on a hundred thousand lines. */
const classes = new Map<string, RecordClass>()

/** `SavingsPlanRecurringFee` -> `savings plan recurring fee`, `RIFee` -> `ri fee`. */
function inWords(recordType: string): string {
  return recordType
    .replaceAll(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2')
    .replaceAll(/[\s_()-]+/g, ' ')
    .trim()
    .toLowerCase()
}
