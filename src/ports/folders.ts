/** Folders of the workspace, with all that is in them. */
export interface Folders {
  /** Nothing of that name, or a folder with nothing in it. */
  isFree(path: string): Promise<boolean>
  has(path: string): Promise<boolean>
  /** Durable. Onto a free path only. */
  move(from: string, to: string): Promise<void>
  /** Idempotent. */
  remove(path: string): Promise<void>
  /** Something of that name that is no folder. */
  isOther(path: string): Promise<boolean>
  /** Of the folders below the root that these files are in, those that are Git repositories. */
  repositoriesAbove(files: readonly string[], root: string): Promise<readonly string[]>
  /** Removes the folders below the root that these files were in, with what Python compiled, if empty. */
  prune(files: readonly string[], root: string): Promise<void>
}
