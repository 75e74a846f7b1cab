/** Folders of the workspace, with all that is in them. */
export interface Folders {
  /** Nothing of that name, or a folder with nothing in it. */
  isFree(path: string): Promise<boolean>
  has(path: string): Promise<boolean>
  /** Durable. Onto a free path only. */
  move(from: string, to: string): Promise<void>
  /** Idempotent. */
  remove(path: string): Promise<void>
  /** Removes what Python compiled and folders with nothing in them, the folder itself too. */
  prune(path: string): Promise<void>
}
