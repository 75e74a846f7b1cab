/** Where a running plan says how far it is. Output only: nothing depends on it. */
export interface Progress {
  started(stepId: string): void
  note(stepId: string, text: string): void
  finished(stepId: string): void
  failed(stepId: string, message: string): void
}
