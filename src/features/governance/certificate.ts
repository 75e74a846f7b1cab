import {createHash} from 'node:crypto'
import {join} from 'node:path'
import type {Session} from '../../ports/database.js'
import {chainEvents, chainResource} from './chain-sql.js'
import type {ErasedRows} from './erase-count.js'
import {textRows} from './text-rows.js'

/** Evidence of an erasure; holds nothing that is about the person. It lies in the chain and in a file. */
export interface Certificate {
  readonly certificate: string
  readonly tenant: string
  readonly tenantId: string
  /** sha256 of "tenant id, space, the person's key": whoever knows the key can tell that it was them. */
  readonly subject: string
  readonly erasedAt: string
  readonly by: string
  /** The number of the request, where one was given. */
  readonly request: string | null
  readonly run: string
  readonly toolVersion: string
  /** SHA-256 of the rules in force. */
  readonly rules: string
  readonly tables: readonly ErasedRows[]
  /** Records of evidence that lost values. */
  readonly records: number
  /** SHA-256 over everything above, as JSON without spaces and in this order. */
  readonly digest: string
}

export function sealCertificate(content: Omit<Certificate, 'digest'>): Certificate {
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  return {...content, digest}
}

export function certificatePath(folder: string, {tenant, certificate}: Certificate): string {
  return join(folder, `${tenant}-${certificate}.json`)
}

export function certificateText(certificate: Certificate): string {
  return `${JSON.stringify(certificate, undefined, 2)}\n`
}

/** All of the tenant, oldest first, from the chain. */
export async function readCertificates(session: Session): Promise<readonly Certificate[]> {
  const found = await session.query(
    `SELECT new_values ->> 'certificate' FROM audit_logs
      WHERE resource_type = '${chainResource}' AND action = '${chainEvents.erase}'
        AND new_values ? 'certificate' ORDER BY timestamp`,
  )
  // Written by sealCertificate, and kept by the chain.
  return textRows(found).map(([text = '{}']): Certificate => JSON.parse(text))
}
