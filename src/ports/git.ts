/** What git knows of a file. */
export interface Git {
  /** Undefined outside of a repository, and where there is no git. */
  fileState(
    path: string,
  ): Promise<{readonly isTracked: boolean; readonly isIgnored: boolean} | undefined>
}
