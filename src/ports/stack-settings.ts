import type {Secrets} from './secrets.js'
import type {Generation, ServiceName} from './stack.js'
import type {Ports, WorkspaceLayout} from './workspace.js'

export const objectStoreChoices = ['auto', 'minio', 'versitygw'] as const

export type ObjectStoreChoice = (typeof objectStoreChoices)[number]

/** All that a stack adapter is told; plain values, already decided. */
export interface StackSettings {
  readonly layout: WorkspaceLayout
  readonly ports: Ports
  readonly generation: Generation
  /** `agent_mitra_local`; created by the first start. */
  readonly databaseName: string
  readonly objectStore: ObjectStoreChoice
  /** Docker image by service, as configured: `postgres:16`. */
  readonly images: Readonly<Record<ServiceName, string>>
  readonly secrets: Secrets
  /** How long a service may take to answer while it makes no visible progress. */
  readonly startTimeoutMs: number
}
