/** The person's web browser. */
export interface Browser {
  /** False where there is no browser to open (no display, no program for it). */
  open(url: string): Promise<boolean>
}
