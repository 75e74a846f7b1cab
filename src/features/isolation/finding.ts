/** One thing that opens the wall between tenants, or would let it be opened. */
export interface IsolationFinding {
  /** Its name; absent where all tenants or the whole cluster are concerned. */
  readonly tenant?: string
  /** A stable id: `docs/isolation-rules.md` has them all. */
  readonly rule: string
  readonly object: string
  readonly what: string
  /** SQL to be run as the administrator, or a command. */
  readonly fix: string
  /** Where it is written, for what is not ours to decide. */
  readonly source?: string
}

/** What is looked for and why; the table of them is `docs/isolation-rules.md`. */
export interface RuleText {
  readonly id: string
  /** What a finding says, as a claim that holds when nothing is found. */
  readonly holds: string
  /** What a tenant could do otherwise. */
  readonly why: string
}

/** A rule that is decided from the catalogues alone. */
export interface CatalogRule extends RuleText {
  /** A query of four columns (tenant, object, what, fix) over the relations of `catalogSql`. */
  readonly sql: string
  readonly source?: string
}
