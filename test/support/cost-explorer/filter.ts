import type {Expression} from '@aws-sdk/client-cost-explorer'
import type {BillRow} from './bill.js'
import {refuse} from './refusal.js'

/** What a row is in a dimension; those that Cost Explorer groups and filters by. */
const dimensions: Readonly<Record<string, (row: BillRow) => string>> = {
  SERVICE: (row) => row.service,
  RECORD_TYPE: (row) => row.recordType,
  USAGE_TYPE: (row) => row.usageType,
  LINKED_ACCOUNT: (row) => row.linkedAccount,
  REGION: (row) => row.region,
}

/** Known to Cost Explorer for GroupBy; the bill of the stand-in has one value of each. */
const groupable = ['SERVICE', 'RECORD_TYPE', 'USAGE_TYPE', 'LINKED_ACCOUNT'].concat(
  ['AZ', 'INSTANCE_TYPE', 'LEGAL_ENTITY_NAME', 'INVOICING_ENTITY', 'OPERATION', 'PLATFORM'],
  ['PURCHASE_TYPE', 'TENANCY'],
)

export function groupKey(key: string | undefined, row: BillRow): string {
  if (key === undefined || !groupable.includes(key)) {
    throw refuse('ValidationException', `Group Definition dimension ${key} is invalid`)
  }
  return dimensions[key]?.(row) ?? `No${key}`
}

/** And, Or, Not and Dimensions, one of them at each level, as Cost Explorer wants it. */
export function matches(expression: Expression | undefined, row: BillRow): boolean {
  if (expression === undefined) return true
  const operators = Object.entries(expression).filter(([, value]) => value !== undefined)
  if (operators.length !== 1) {
    const message = 'Expression should contain one, and only one, operator or filter'
    throw refuse('ValidationException', message)
  }
  const {And, Or, Not, Dimensions} = expression
  if (And !== undefined) return several(And).every((one) => matches(one, row))
  if (Or !== undefined) return several(Or).some((one) => matches(one, row))
  if (Not !== undefined) return !matches(Not, row)
  if (Dimensions !== undefined) return matchesDimension(Dimensions, row)
  throw refuse('ValidationException', 'The bill of the stand-in has no tags and categories')
}

function several(expressions: readonly Expression[]): readonly Expression[] {
  if (expressions.length >= 2) return expressions
  throw refuse('ValidationException', 'And and Or need two expressions or more')
}

function matchesDimension(
  {Key, Values = [], MatchOptions = ['EQUALS']}: NonNullable<Expression['Dimensions']>,
  row: BillRow,
): boolean {
  const dimension = dimensions[Key ?? '']
  if (dimension === undefined || Values.length === 0) {
    throw refuse('ValidationException', `Dimension ${Key} with ${Values.length} values is invalid`)
  }
  const isSensitive = !MatchOptions.includes('CASE_INSENSITIVE')
  const folded = (text: string) => (isSensitive ? text : text.toLowerCase())
  const value = folded(dimension(row))
  return Values.map(folded).some((wanted) => fits(value, wanted, MatchOptions))
}

function fits(value: string, wanted: string, options: readonly string[]): boolean {
  if (options.includes('STARTS_WITH')) return value.startsWith(wanted)
  if (options.includes('ENDS_WITH')) return value.endsWith(wanted)
  if (options.includes('CONTAINS')) return value.includes(wanted)
  return value === wanted
}
