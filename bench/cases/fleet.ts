import {migrateAll, queryAs, shippedMigrations, type Platform} from '../../test/support/platform.js'
import {isPostgresThere} from '../../test/support/postgres.js'
import {NotHere, type BenchCase, type BenchRow} from '../case.js'
import {analyse, buildFleet, registerFleet} from '../fleet/build.js'
import {withFleetPlace, type FleetPlace} from '../fleet/place.js'
import {createRows} from './fleet-create.js'
import {dropRows} from './fleet-drop.js'
import {driftRow, nothingRow, statusRow} from './fleet-look.js'
import {memoryRows} from './fleet-memory.js'
import {migrateRows} from './fleet-migrate.js'

/** How many tenants with the whole schema; fewer only to try the bench itself. */
const whole = Number(process.env['MITRA_BENCH_TENANTS'] ?? 1000)
const many = whole * 10

const notes: string[] = []

/** All that is said of tenants, in one run on one server. */
export const fleet: BenchCase = {
  name: 'a fleet of tenants',
  target: 'each line has its own',
  notes: () => notes,
  async run() {
    if (!isPostgresThere) throw new NotHere('Postgres 16 from npm is not installed.')
    return withFleetPlace(measureAll)
  },
}

async function measureAll(place: FleetPlace): Promise<BenchRow[]> {
  const migrations = await shippedMigrations()
  const fleetOf = async (name: string) => {
    const platform = await place.create(name)
    await migrateAll(platform, migrations)
    return platform
  }
  const platform = await fleetOf('whole')
  const from = performance.now()
  const tenants = await buildFleet(platform, migrations, whole)
  const seconds = (performance.now() - from) / 1000
  await analyse(platform)
  await noteFleet(platform, seconds)

  const registry = await fleetOf('registry')
  await registerFleet(registry, migrations, many, {hasTable: false})
  await analyse(registry)
  const rows = [
    await nothingRow(platform, migrations, whole),
    await statusRow(registry, migrations, many),
    await driftRow(platform, whole),
    ...(await createRows(platform)),
    ...(await migrateRows({
      platform,
      place,
      migrations,
      schemas: tenants.map(({schema}) => schema),
    })),
  ]
  const [last] = tenants.toReversed()
  if (last !== undefined) rows.push(...(await dropRows(platform, last)))
  return [...rows, ...(await memoryOf(place, fleetOf))]
}

async function memoryOf(
  place: FleetPlace,
  fleetOf: (name: string) => Promise<Platform>,
): Promise<readonly BenchRow[]> {
  const migrations = await shippedMigrations()
  const sizes = [many / 100, many / 10, many]
  const databases: {readonly name: string; readonly tenants: number}[] = []
  for (const tenants of sizes) {
    const name = `small_${tenants}`
    const platform = await fleetOf(name)
    await registerFleet(platform, migrations, tenants, {hasTable: true})
    await analyse(platform)
    databases.push({name, tenants})
  }
  return memoryRows(place, databases)
}

async function noteFleet(platform: Platform, seconds: number): Promise<void> {
  const {rows} = await queryAs(
    platform,
    'admin',
    `SELECT current_setting('server_version'), current_setting('fsync'), current_setting('shared_buffers'),
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'f00000_schema'),
       pg_size_pretty(pg_database_size(current_database()))`,
  )
  const [version, fsync, buffers, relations, size] = rows[0]?.map(String) ?? []
  notes.push(
    `Postgres ${version} of a native stack, fsync ${fsync}, shared_buffers ${buffers}, its other settings as they come.`,
    `${whole.toLocaleString('en')} tenants of the whole shipped schema, ${relations} relations each, ${size}; made in ${seconds.toFixed(0)} s; then VACUUM ANALYZE, as a bulk creation wants it.`,
    `Status of ${many.toLocaleString('en')}: rows of registry and ledger, without schemas, of which it reads nothing.`,
    `Memory: ${many.toLocaleString('en')} schemas of one table each; the whole command, its peak as Linux counts it.`,
    'The migration is ADD COLUMN and a partial CREATE INDEX, one transaction a tenant; mitra takes a lock, writes ledger and journal and computes the fingerprint beside it, the floor does none of this.',
  )
}
