/** A file as it lies on disk. */
export interface WrittenFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface PrivateFolder {
  /** Streams; nothing but the piece on its way is in memory. */
  write(name: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<WrittenFile>
}

/** Folders with personal data: readable by their owner alone. */
export interface PrivateFolders {
  /**
   * Appears whole or not at all, whatever is killed meanwhile; what killed writers left is swept.
   * Throws FOLDER_EXISTS where there is anything of that name, DISK_FULL, CANNOT_WRITE.
   */
  make(path: string, fill: (folder: PrivateFolder) => Promise<void>): Promise<void>
}
