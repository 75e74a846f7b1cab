/** One file of a cost export. */
export interface ExportFile {
  /** As a person would name it: `bills/november.csv.gz`, `s3://bucket/key`. */
  readonly name: string
  /** Below the place that was asked for, with `/`; the file's own name when that was a file. */
  readonly path: string
  /** An ISO time. */
  readonly modified: string
}

/** The files of a cost export, wherever they lie. */
export interface ExportFiles {
  /** The file, or every file below the folder or prefix. Throws EXPORT_MISSING for none at all. */
  list(): Promise<readonly ExportFile[]>
  /** The bytes from the start; each call reads anew. */
  open(file: ExportFile): Promise<AsyncIterable<Uint8Array>>
}
