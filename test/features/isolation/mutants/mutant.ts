/** One defect put into the shipped schema, and how it shows that it is one. */
export interface Mutant {
  /** As a sentence: what somebody did. */
  readonly name: string
  /** Run as the administrator; `@hdfc` is the id of the tenant hdfc, `@month` the running month. */
  readonly sql: string | readonly string[]
  /** What the catalogue rules must say, and nothing else: `rule object`. */
  readonly found: readonly string[]
  /** Rules of attempts that find it without a look at the catalogues. */
  readonly tried?: readonly string[]
  /** What follows from it, and need not be listed: the same form. */
  readonly follows?: RegExp
  /**
   * A real login that gets another answer than on the shipped schema: the first cell of the last
   * result, or the SQLSTATE.
   */
  readonly shows?: {
    readonly as: Who
    readonly sql: string
    readonly sound: string
    readonly broken: string
  }
  /** Why nothing can be shown: what else would have to fall first. */
  readonly alone?: string
  /** Undoes it where the fix that is printed is more than that, or less. */
  readonly mend?: string | readonly string[]
}

export type Who = 'lic' | 'hdfc' | 'migrator' | 'auditor'

export const planted = 'planted@hdfc.example'
export const plantedId = '99999999-9999-4999-8999-999999999999'

/** A row of hdfc that lies in lic's table: only row level security hides it. */
export const seesPlanted = {
  as: 'lic',
  sql: `SELECT count(*) FROM lic_schema.users WHERE email = '${planted}'`,
  sound: '0',
  broken: '1',
} as const

/** A partition of lic's, which the owner must see no row of. */
export const ownerReads = (partition: string) =>
  ({
    as: 'migrator',
    sql: `SELECT count(*) > 0 FROM lic_schema.${partition}`,
    sound: 'f',
    broken: 't',
  }) as const
