import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {FileJournal} from '../../src/adapters/journal/file-journal.js'
import {scramVerifier} from '../../src/adapters/scram/verifier.js'
import {claimSpare} from '../../src/features/tenants/claim.js'
import {loginOf, schemaOf, asTenantName} from '../../src/features/tenants/names.js'
import {applySpares, observeSpares, planSpares} from '../../src/features/tenants/spares.js'
import {shippedMigrations, toolsOf, type Platform} from '../../test/support/platform.js'
import type {BenchRow} from '../case.js'
import {millisecondsText, percentile} from '../statistics.js'
import {coldCreateRow} from './first-tenant.js'

const spares = 40
const claimLimitMs = 5
const coldLimit = 1.2

/** A tenant from a spare, and one that is built, in a database that holds a fleet already. */
export async function createRows(platform: Platform): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mitra-bench-'))
  try {
    const cold = await coldCreateRow(platform, new FileJournal(folder), {
      limit: coldLimit,
      rounds: 11,
    })
    const claimed = await claimTimes(platform)
    const p95 = percentile(claimed, 0.95)
    return [
      {
        what: 'tenant create from a spare, in the database',
        measured: millisecondsText(claimed),
        against: 'a fixed limit',
        result: `p95 ${p95.toFixed(1)} ms`,
        target: `p95 <= ${claimLimitMs} ms`,
        isMet: p95 <= claimLimitMs,
      },
      {...cold, what: `${cold.what}, built`, target: `<= ${coldLimit}x of one SQL batch`},
    ]
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

async function claimTimes(platform: Platform): Promise<readonly number[]> {
  const tools = toolsOf(platform, await shippedMigrations())
  await applySpares(planSpares(await observeSpares(platform.database), spares), tools)
  const session = await platform.database.connect({role: 'migrator'})
  const verifier = scramVerifier('a password of nobody')
  const times: number[] = []
  for (const [number, spare] of (await observeSpares(platform.database)).entries()) {
    const name = asTenantName(`claimed_${number}`)
    const names = {name, schema: schemaOf(name), login: loginOf(name), displayName: name}
    const from = performance.now()
    const isClaimed = await claimSpare(session, {id: spare.id, ...names}, {spare, verifier})
    times.push(performance.now() - from)
    if (!isClaimed) throw new Error(`${spare.name} could not be had`)
  }
  await session.close()
  return times
}
