/** One named piece of an archive, small enough to be held in memory. */
export interface ArchiveEntry {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A written archive: where, how large, and the SHA-256 that its last bytes carry. */
export interface WrittenArchive {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** Archive files: entries in order, compressed, sealed over every byte. */
export interface Archives {
  /**
   * Durable and atomic: after a kill there is no file of that name or the whole one. Readable by its
   * owner alone. Throws EXISTS where there is one, DISK_FULL, CANNOT_WRITE.
   */
  write(path: string, entries: AsyncIterable<ArchiveEntry>): Promise<WrittenArchive>
  /** Reads every byte and compares the seal. Throws ARCHIVE_MISSING, NO_ARCHIVE, ARCHIVE_DAMAGED. */
  check(path: string): Promise<WrittenArchive>
  /** The entries in their order, one in memory at a time; throws ARCHIVE_DAMAGED at the latest at the end. */
  read(path: string): AsyncIterable<ArchiveEntry>
}
