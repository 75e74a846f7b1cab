import {dropSchema} from '../../src/features/tenants/drop/drop-schema.js'
import type {TenantSchema} from '../../src/features/tenants/build.js'
import {codeOf} from '../../src/errors.js'
import {queryAs, type Platform} from '../../test/support/platform.js'
import type {BenchRow} from '../case.js'

const wanted = 3600

/** A tenant that has grown to thousands of relations: one DROP SCHEMA fails, chunks do not. */
export async function dropRows(
  platform: Platform,
  tenant: TenantSchema,
): Promise<readonly BenchRow[]> {
  await grow(platform, tenant)
  const before = await relations(platform, tenant)
  const whole = await dropInOne(platform, tenant)
  const session = await platform.database.connect({role: 'migrator'})
  const from = performance.now()
  await dropSchema(session, tenant)
  const seconds = (performance.now() - from) / 1000
  await session.close()
  const left = await relations(platform, tenant)
  return [
    {
      what: `drop of a tenant with ${before.toLocaleString('en')} relations, default settings`,
      measured: `${seconds.toFixed(2)} s, ${left} relations left`,
      against: `DROP SCHEMA ... CASCADE in one: ${whole}`,
      result: left === 0 ? 'dropped' : 'not dropped',
      target: 'succeeds',
      isMet: left === 0 && before >= wanted,
    },
  ]
}

/** Months of partitions, as years of trade would make them. */
async function grow(platform: Platform, {schema}: TenantSchema): Promise<void> {
  const session = await platform.database.connect({role: 'migrator'})
  for (let year = 1900; (await relations(platform, {schema})) < wanted; year += 5) {
    const months = `'${year}-01-01', 60`
    await session.script(
      `SELECT shared_schema.make_month_partitions('${schema}.audit_logs', ${months})`,
    )
    await session.script(
      `SELECT shared_schema.make_month_partitions('${schema}.customer_analytics', ${months})`,
    )
  }
  await session.close()
}

async function relations(
  platform: Platform,
  {schema}: Pick<TenantSchema, 'schema'>,
): Promise<number> {
  const {rows} = await queryAs(
    platform,
    'admin',
    `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = '${schema}'`,
  )
  return Number(rows[0]?.[0])
}

/** What everybody tries first; taken back where it works. */
async function dropInOne(platform: Platform, {schema}: TenantSchema): Promise<string> {
  const session = await platform.database.connect({role: 'migrator'})
  try {
    await session.script(`BEGIN; DROP SCHEMA ${schema} CASCADE`)
    return 'done (and taken back)'
  } catch (error) {
    return `fails, ${codeOf(error) ?? 'unknown'}`
  } finally {
    await session.script('ROLLBACK').catch(() => undefined)
    await session.close()
  }
}
