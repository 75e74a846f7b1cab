/** Who may read a file or folder. */
export interface FileModes {
  /**
   * Gives a file or folder of this user these rights; returns those that it had. Throws a MitraError `refused`
   * NOT_PLAIN for a link, a device or what belongs to another user: it is not ours to close.
   */
  change(path: string, mode: number): Promise<number>
}
