/** Text files of the workspace. */
export interface Files {
  /** Undefined when there is none. */
  read(path: string): Promise<string | undefined>
  /** Atomic and durable: after a kill the file is the old one or the new one, whole. Makes folders. */
  write(path: string, text: string, mode?: number): Promise<void>
  /** Idempotent. Leaves folders. */
  remove(path: string): Promise<void>
}

/** The files that mitra brings: path below `templates/`, with `/`, to text. */
export interface Templates {
  read(folder: string): Promise<ReadonlyMap<string, string>>
}
