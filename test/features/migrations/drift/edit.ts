/** One change by hand in the schema of one tenant. `~` stands for its name, `~login` for its login. */
export interface Edit {
  readonly what: string
  readonly sql: string
  /** What drift must name: kind and object. */
  readonly kind: string
  readonly object: string
  /** Takes it back where drift tells no repair; `repair`: what drift tells must do it. */
  readonly undo: string
  /** What is still different then: a column that is added again stands last. */
  readonly leaves?: string
}
