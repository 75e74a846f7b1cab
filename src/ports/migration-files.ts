export type MigrationScope = 'shared' | 'tenant'

/** A file as it lies on disk. */
export interface MigrationText {
  readonly scope: MigrationScope
  /** `20260101000100_types.sql` */
  readonly fileName: string
  /** For messages: `database/tenant/20260101000100_types.sql`. */
  readonly path: string
  readonly text: string
}

/** The migrations of the workspace: `database/shared` and `database/tenant`. */
export interface MigrationFiles {
  /** In the order of their names; empty where a folder is missing. */
  read(): Promise<readonly MigrationText[]>
  /** Returns the path; throws when the file is there. */
  create(scope: MigrationScope, fileName: string, text: string): Promise<string>
}
