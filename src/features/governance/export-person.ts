import type {Database, Session} from '../../ports/database.js'
import type {Step} from '../../ports/journal.js'
import type {PrivateFolder, PrivateFolders, WrittenFile} from '../../ports/private-folders.js'
import type {RetentionRules} from '../../ports/retention-rules.js'
import {identifier} from '../../ports/sql-text.js'
import {checkRules} from './check-rules.js'
import {observeTableMap} from './table-map.js'
import {exportSources, type ExportSource} from './export-sources.js'
import {findPerson, noSuchPerson} from './find-person.js'
import {personScope} from './person-scope.js'
import {csvPieces, jsonPieces} from './row-files.js'
import {inTenant, type GovernedTenant} from './tenant-work.js'
import {textRows} from './text-rows.js'

/** Rows of one table that are a person's, or that name them. */
export interface ExportedRows {
  readonly table: string
  readonly purpose: string | null
  readonly rows: number
}

export interface ExportPlan {
  readonly steps: readonly Step[]
  readonly person: string
  readonly tables: readonly ExportedRows[]
}

interface ExportTools {
  readonly database: Database
  readonly rules: RetentionRules
}

/** Counts what there is about a person, changes nothing. */
export async function planExport(
  tenant: GovernedTenant,
  given: string,
  {database, rules}: ExportTools,
): Promise<ExportPlan> {
  const session = await database.connect({role: 'migrator'})
  try {
    return await inTenant(session, tenant, {mode: 'read'}, async () => {
      const {person, scope} = await scopeOf(session, tenant, {given, rules})
      const tables: ExportedRows[] = []
      for (const source of exportSources(scope, rules)) {
        const found = await session.query(`SELECT count(*) FROM (${source.sql}) x`, [person])
        const rows = Number(textRows(found)[0]?.[0])
        tables.push({table: source.table, purpose: source.purpose, rows})
      }
      return {person, tables, steps: [exportStep(tenant, tables)]}
    })
  } finally {
    await session.close()
  }
}

// Neither key nor folder: the journal holds nothing about a person, and people name folders.
function exportStep({name}: GovernedTenant, tables: readonly ExportedRows[]): Step {
  const rows = tables.reduce((sum, one) => sum + one.rows, 0)
  return {
    id: `tenant.export.${name}`,
    title: `Write ${rows} rows of ${tables.length} tables about one person to a folder`,
    why: 'a person may have what is kept about them',
    undo: 'no',
    detail: {rows: Object.fromEntries(tables.map((one) => [one.table, one.rows]))},
  }
}

/** Everything of one snapshot, as JSON and CSV with a manifest; the folder appears whole or not at all. */
export async function applyExport(
  tenant: GovernedTenant,
  {person, to, at}: {readonly person: string; readonly to: string; readonly at: Date},
  {database, rules, folders}: ExportTools & {readonly folders: PrivateFolders},
): Promise<readonly ExportedRows[]> {
  const session = await database.connect({role: 'migrator'})
  try {
    return await inTenant(session, tenant, {mode: 'read'}, async () => {
      const {scope} = await scopeOf(session, tenant, {given: person, rules})
      const tables: (ExportedRows & {readonly files: readonly WrittenFile[]})[] = []
      await folders.make(to, async (folder) => {
        for (const source of exportSources(scope, rules)) {
          tables.push(await writeTable(source, {session, person, folder}))
        }
        const manifest = {
          tenant: tenant.name,
          tenantId: tenant.id,
          person,
          exportedAt: at.toISOString(),
          withheld: rules.person.withhold,
          tables,
        }
        await folder.write('manifest.json', [`${JSON.stringify(manifest, undefined, 2)}\n`])
      })
      return tables.map(({table, purpose, rows}) => ({table, purpose, rows}))
    })
  } finally {
    await session.close()
  }
}

async function scopeOf(
  session: Session,
  tenant: GovernedTenant,
  {given, rules}: {readonly given: string; readonly rules: RetentionRules},
) {
  const map = await observeTableMap(session)
  checkRules(rules, map)
  const person = await findPerson(session, given, {rules, map})
  if (person === undefined) throw noSuchPerson(given, tenant, rules)
  return {person, scope: personScope(rules, map)}
}

interface WritingTools {
  readonly session: Session
  readonly person: string
  readonly folder: PrivateFolder
}

async function writeTable(
  {table, purpose, columns, sql}: ExportSource,
  {session, person, folder}: WritingTools,
): Promise<ExportedRows & {readonly files: readonly WrittenFile[]}> {
  let rows = 0
  const counted = (count: number) => {
    rows = count
  }
  const from = {session, parameters: [person]}
  const json = {...from, sql: `SELECT row_to_json(x)::text FROM (${sql}) x`}
  const texts = columns.map((column) => `x.${identifier(column)}::text`).join(', ')
  const csv = {...from, sql: `SELECT ${texts} FROM (${sql}) x`}
  const files = [
    await folder.write(`${table}.json`, jsonPieces(json, counted)),
    await folder.write(`${table}.csv`, csvPieces(csv, columns)),
  ]
  return {table, purpose, rows, files}
}
