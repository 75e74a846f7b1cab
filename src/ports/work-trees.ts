import type {Json} from './journal.js'

/** A Git repository with files: a clone, a linked worktree or a submodule. All paths are absolute. */
export interface Repository {
  /** The top of its work tree. */
  readonly root: string
  /** Where git looks for its hooks when `core.hooksPath` is not set. */
  readonly hooks: string
  /** `info` beside them, where lefthook keeps a checksum. */
  readonly info: string
  /** `core.hooksPath`, and where it is set: `local`, `global`. */
  readonly hooksPath: {readonly value: string; readonly scope: string} | undefined
}

/** A file to the byte, as JSON can carry it. */
export interface FileBytes {
  readonly base64: string
  readonly mode: number
}

export interface FoundFile extends FileBytes {
  readonly isLink: boolean
}

export interface CommitMessage {
  readonly sha: string
  readonly text: string
}

/** Settings of `.git/config` that the hooks read. */
export type RepositorySettings = Readonly<
  Record<'mitra.node' | 'mitra.program', string | undefined>
>

/** Git repositories with their files, through git and lefthook. */
export interface WorkTrees {
  /** Undefined for a folder that is no repository's top. Throws NO_GIT. */
  at(folder: string): Promise<Repository | undefined>
  /** Throws NO_FOLDER, NO_REPOSITORY, BARE_REPOSITORY, INSIDE_REPOSITORY and NO_GIT. */
  open(folder: string): Promise<Repository>
  /** The repository that the folder lies in; throws like `open`. */
  around(folder: string): Promise<Repository>

  read(path: string): Promise<FoundFile | undefined>
  /** Atomic and durable; makes folders. */
  write(path: string, bytes: FileBytes): Promise<void>
  remove(path: string): Promise<void>
  /** The paths below the root that are there, of those named. */
  present(repository: Repository, paths: readonly string[]): Promise<readonly string[]>

  settings(repository: Repository): Promise<RepositorySettings>
  /** Undefined takes a setting out. */
  set(repository: Repository, settings: RepositorySettings): Promise<void>
  /** What `installHooks` runs, as the plan shows it. */
  readonly installCommand: readonly string[]
  /** lefthook's hooks for what its configuration names. Idempotent. Throws LEFTHOOK_FAILED. */
  installHooks(repository: Repository): Promise<void>

  /** Undefined when no branch is checked out. */
  branch(repository: Repository): Promise<string | undefined>
  /** The first of the names that is a commit. */
  firstCommit(repository: Repository, names: readonly string[]): Promise<string | undefined>
  /** Oldest first; all of `to` without `from`. Throws NO_COMMIT for a name that git does not know. */
  messages(
    repository: Repository,
    range: {readonly from: string | undefined; readonly to: string},
  ): Promise<readonly CommitMessage[]>
  /** How lines of comment begin in a message that is being written. */
  commentMark(folder: string): Promise<string>
}

/** One rule of commitlint that a message breaks. */
export interface BrokenRule {
  /** As commitlint names it: `type-enum`. */
  readonly rule: string
  readonly isError: boolean
  readonly message: string
  /** What the rule is set to: the types, the most characters. */
  readonly value: Json | undefined
}

/** The rules of commit messages of a repository, by commitlint. */
export interface CommitRules {
  /** Broken ones, worst first. A merge, a revert, `fixup!` and `squash!` break none. */
  broken(message: string, commentMark?: string): Promise<readonly BrokenRule[]>
}

/** lefthook's configuration as text, changed so that all else stays. */
export interface HookFile {
  /** The hooks that it configures, as git names them. */
  hooksOf(path: string, text: string): readonly string[]
  /**
   * With our entries in it. `changed` names those that are there and say something else; they stay unless
   * `isReplacing`. Throws CONFIG_YAML with the line for what cannot be read.
   */
  withOurs(
    path: string,
    text: string | undefined,
    ours: string,
    isReplacing: boolean,
  ): {readonly text: string; readonly changed: readonly string[]}
}
