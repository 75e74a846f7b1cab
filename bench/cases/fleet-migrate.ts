import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {FileJournal} from '../../src/adapters/journal/file-journal.js'
import {applyMigrations} from '../../src/features/migrations/apply.js'
import {readMigrations, type Migrations} from '../../src/features/migrations/files.js'
import {planMigrations} from '../../src/features/migrations/plan.js'
import {observeDatabase} from '../../src/features/migrations/state.js'
import {silentProgress} from '../../test/fakes/run.js'
import {realClock, type Platform} from '../../test/support/platform.js'
import type {BenchRow} from '../case.js'
import {migrationSql, peersOn, peerVersions} from '../fleet/peers.js'
import type {FleetPlace} from '../fleet/place.js'
import {interleaved, median, ratioText, secondsText, type Samples} from '../statistics.js'

const rounds = 3
/** dbmate needs tens of milliseconds a tenant, always: a tenth of the fleet says what all would take. */
const dbmateShare = 0.1
/** As mitra comes. */
const connections = 4

interface Fleet {
  readonly platform: Platform
  readonly place: FleetPlace
  readonly schemas: readonly string[]
  readonly migrations: Migrations
}

/** One migration, a column and a partial index, over the whole fleet; every variant its own columns. */
export async function migrateRows(fleet: Fleet): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mitra-bench-'))
  const peers = peersOn(fleet.place, fleet.platform.database.name)
  const some = fleet.schemas.slice(0, Math.ceil(fleet.schemas.length * dbmateShare))
  const scale = fleet.schemas.length / some.length
  const ours = mitraOn(fleet, new FileJournal(folder))
  let turn = 0
  const inTurn = (work: () => Promise<number>) => async () => {
    // A round has one turn of each: the next round gets the next migration.
    if (turn % 4 === 0) peers.next()
    turn += 1
    return work()
  }
  try {
    const apply = await interleaved(
      {
        mitra: inTurn(() => ours.apply()),
        floor: inTurn(() => peers.floor(fleet.schemas)),
        npm: inTurn(() => peers.npm(fleet.schemas)),
        dbmate: inTurn(async () => (await peers.dbmate(some)) * scale),
      },
      {rounds, warmUps: 0},
    )
    const nothing = await interleaved(
      {
        mitra: ours.nothing,
        npm: () => peers.npm(fleet.schemas),
        dbmate: async () => (await peers.dbmate(some)) * scale,
      },
      {rounds: 2, warmUps: 0},
    )
    return [...applyRows(apply, fleet.schemas.length), ...nothingRows(nothing)]
  } finally {
    peers.close()
    rmSync(folder, {recursive: true, force: true})
  }
}

/** Observe, plan, lock, journal, ledger and fingerprint included. */
function mitraOn({platform, migrations}: Fleet, journal: FileJournal) {
  const {database} = platform
  let all = migrations
  const look = async () => planMigrations(all, await observeDatabase(database))
  const timed = async (work: () => Promise<void>) => {
    const from = performance.now()
    await work()
    return performance.now() - from
  }
  return {
    nothing: () => timed(async () => void (await look())),
    apply() {
      all = withNext(all)
      return timed(async () => {
        const plan = await look()
        const run = await journal.begin('db migrate', plan.steps)
        await applyMigrations(plan, {
          database,
          clock: realClock,
          run,
          progress: silentProgress,
          toolVersion: 'bench',
          connections,
        })
        await run.end('done')
      })
    },
  }
}

function withNext({shared, tenant}: Migrations): Migrations {
  const number = tenant.length
  const fileName = `${20_400_101_000_000 + number}_next.sql`
  const text = `-- migrate:up\n${migrationSql(`mitra_${number}`)}`
  const read = readMigrations([
    {scope: 'tenant', fileName, path: `database/tenant/${fileName}`, text},
  ])
  return {shared, tenant: [...tenant, ...read.tenant]}
}

type Measured = Readonly<Record<'mitra' | 'floor' | 'npm' | 'dbmate', Samples>>

function applyRows({mitra, floor, npm, dbmate}: Measured, count: number): readonly BenchRow[] {
  const what = `one migration over ${count.toLocaleString('en')} tenants`
  const measured = secondsText(mitra)
  const times = (other: Samples) => median(other) / median(mitra)
  const ofFloor = median(mitra) / median(floor)
  return [
    {
      what,
      measured,
      against: `the same SQL on one connection, nothing recorded, ${secondsText(floor)}`,
      result: `${ratioText(ofFloor)} of it`,
      target: '<= the floor',
      isMet: ofFloor <= 1,
    },
    {
      what,
      measured,
      against: `node-pg-migrate ${peerVersions.npm}, two connections, ${secondsText(npm)}`,
      result: `${ratioText(times(npm))} faster`,
      target: '>= 5x',
      isMet: times(npm) >= 5,
    },
    {
      what,
      measured,
      against: `dbmate ${peerVersions.dbmate}, a tenth of them times ten, ${secondsText(dbmate)}`,
      result: `${ratioText(times(dbmate))} faster`,
      target: '>= 15x',
      isMet: times(dbmate) >= 15,
    },
  ]
}

function nothingRows(
  nothing: Readonly<Record<'mitra' | 'npm' | 'dbmate', Samples>>,
): readonly BenchRow[] {
  const {mitra, npm, dbmate} = nothing
  return (
    [
      ['node-pg-migrate', npm],
      ['dbmate, a tenth of them times ten', dbmate],
    ] as const
  ).map(([peer, theirs]) => ({
    what: 'nothing to do, logins and plan included',
    measured: secondsText(mitra),
    against: `${peer}, ${secondsText(theirs)}`,
    result: `${ratioText(median(theirs) / median(mitra))} faster`,
    target: '',
    isMet: undefined,
  }))
}
