/** The S3 server of the stack. */
export interface ObjectStore {
  hasBucket(name: string): Promise<boolean>
  /** Idempotent. */
  createBucket(name: string): Promise<void>
}
