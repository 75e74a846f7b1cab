import {identifier, literal} from '../../../ports/sql-text.js'
import {canaryInsert} from './canary.js'
import {freshSeed, type ProbePair} from './pair.js'
import type {RelationShape, SchemaShape} from './shape.js'
import type {Answer, Attempt} from './trial.js'

const reads = 'probe.reads'
const writes = 'probe.writes'

/**
 * What a tenant does with the tables and views of its own schema, in which a row of another tenant has
 * been put: none may be seen, changed, taken away or added.
 */
export function rowAttempts({relations}: SchemaShape, pair: ProbePair): readonly Attempt[] {
  return relations.flatMap((relation) => {
    if (relation.kind === 'view' || !relation.hasTenant) return [readsText(relation, pair)]
    return relation.isPartition ? [readsRows(relation, pair)] : tableAttempts(relation, pair)
  })
}

function tableAttempts(table: RelationShape, pair: ProbePair): readonly Attempt[] {
  const target = targetOf(table, pair)
  const other = `tenant_id = ${literal(pair.otherId)}`
  const insert = canaryInsert(pair.own.schema, table, freshSeed(pair.otherId))
  return [
    readsRows(table, pair),
    {
      ...readsRows(table, pair),
      sql: ['SET LOCAL row_security = off', `SELECT count(*) FROM ${target} WHERE ${other}`],
      shows: countAbove(0, 'with row_security off it reads a row of another tenant'),
    },
    {
      ...readsRows(table, pair),
      sql: [chosenSql(pair), `SELECT count(*) FROM ${target} WHERE ${other}`],
      shows: countAbove(0, 'a setting lets it read a row of another tenant'),
    },
    {
      ...does(table, pair, `UPDATE ${target} SET tenant_id = tenant_id WHERE ${other}`),
      shows: touched('it changes a row of another tenant'),
    },
    {
      ...does(table, pair, `DELETE FROM ${target} WHERE ${other}`),
      shows: touched('it takes a row of another tenant away'),
    },
    {...does(table, pair, insert), shows: touched('it adds a row for another tenant')},
    {
      ...does(
        table,
        pair,
        `UPDATE ${target} SET tenant_id = ${literal(pair.otherId)} WHERE ${ownRow(table, pair)}`,
      ),
      shows: touched('it gives a row away to another tenant'),
    },
    {
      ...does(table, pair, `TRUNCATE ${target}`),
      // Refused for a foreign key that leads here, and so not for want of the right.
      shows: ({code}) =>
        code === undefined || code === '0A000'
          ? 'it empties the table, past its policy'
          : undefined,
    },
    ...(table.name.startsWith('audit_') ? evidenceAttempts(table, pair) : []),
  ]
}

// What policies of other systems ask for.
const settings = ['mitra.tenant_id', 'app.tenant_id', 'app.current_tenant', 'tenant.id']

function chosenSql({otherId}: ProbePair): string {
  const calls = settings.map((name) => `set_config(${literal(name)}, ${literal(otherId)}, true)`)
  return `SELECT ${calls.join(', ')}`
}

/** Evidence of one's own deeds. */
function evidenceAttempts(table: RelationShape, pair: ProbePair): readonly Attempt[] {
  const target = targetOf(table, pair)
  const statements = [
    canaryInsert(pair.own.schema, table, freshSeed(pair.own.id)),
    `UPDATE ${target} SET tenant_id = tenant_id WHERE ${ownRow(table, pair)}`,
    `DELETE FROM ${target} WHERE ${ownRow(table, pair)}`,
  ]
  return statements.map((sql) => ({
    ...does(table, pair, sql),
    shows: touched('it writes the evidence of its own deeds'),
  }))
}

/** That the tenant sees its own made-up row: without it, seeing no other proves nothing. */
export function controlAttempts(
  tables: readonly RelationShape[],
  pair: ProbePair,
): readonly Attempt[] {
  return tables.flatMap((table) => {
    const place = {rule: 'probe.own-rows', object: objectOf(table, pair)}
    const insert = canaryInsert(pair.own.schema, table, freshSeed(pair.own.id), {isDefault: true})
    return [
      {
        ...place,
        sql: [`SELECT count(*) FROM ${targetOf(table, pair)} WHERE ${ownRow(table, pair)}`],
        isQuery: true,
        shows: ({code, value}: Answer) =>
          code === undefined && value === '0' ? 'it does not see a row of its own' : undefined,
      },
      {
        ...place,
        sql: [insert],
        isQuery: false,
        shows: ({message}: Answer) =>
          message?.includes('row-level security') === true
            ? 'a policy refuses a row of its own'
            : undefined,
      },
    ]
  })
}

/** The owner: of every tenant it sees what it says it means, and without a word nothing. */
export function ownerAttempts(
  {relations}: SchemaShape,
  planted: readonly RelationShape[],
  pair: ProbePair,
): readonly Attempt[] {
  const sees = relations
    .filter(({kind, hasTenant}) => kind === 'table' && hasTenant)
    .map((table): Attempt => ({
      rule: 'probe.owner',
      object: objectOf(table, pair),
      sql: [
        "SET LOCAL mitra.tenant_id = ''",
        `SELECT count(*) FROM (SELECT FROM ${targetOf(table, pair)} LIMIT 1) x`,
      ],
      isQuery: true,
      shows: countAbove(0, 'its owner reads rows without a word of whose'),
    }))
  const misses = planted.map((table): Attempt => ({
    rule: 'probe.owner',
    object: objectOf(table, pair),
    sql: [
      `SET LOCAL mitra.tenant_id = ${literal(pair.own.id)}`,
      `SELECT count(*) FROM ${targetOf(table, pair)} WHERE ${ownRow(table, pair)}`,
    ],
    isQuery: true,
    shows: ({value}) =>
      value === '0' ? 'its owner does not see the rows of the tenant that it means' : undefined,
  }))
  return [...sees, ...misses]
}

/**
 * The values of another tenant's row, written as one's own: a key that refuses them tells that they are
 * there. Triggers and foreign keys are off, so that nothing else can refuse.
 */
export function uniqueAttempts(
  tables: readonly RelationShape[],
  pair: ProbePair,
): readonly Attempt[] {
  const seed = {...pair.otherSeed, tenantId: pair.own.id}
  return tables.map((table) => ({
    rule: 'probe.oracle',
    object: objectOf(table, pair),
    sql: [canaryInsert(pair.own.schema, table, seed)],
    isQuery: false,
    shows: ({code, message = ''}) =>
      code === '23505' || code === '23P01'
        ? `it learns what another tenant has: ${message}`
        : undefined,
  }))
}

/** A row of one's own that leads to another tenant's: a foreign key that accepts it tells that it is there. */
export function foreignKeyAttempts(
  {relations, foreignKeys}: SchemaShape,
  pair: ProbePair,
): readonly Attempt[] {
  return foreignKeys.flatMap(({name, table: tableName, columns}) => {
    const table = relations.find((one) => one.name === tableName)
    if (table === undefined || !table.hasTenant || columns === null || columns.length === 0)
      return []
    const rest = {...freshSeed(pair.own.id)}
    // Whatever leads elsewhere leads to the own row, and only this key to the other's.
    const leading = new Set(
      foreignKeys.filter((key) => key.table === tableName).flatMap((key) => key.columns ?? []),
    )
    const insert = canaryInsert(pair.own.schema, table, rest, {
      seedOf: (column) => {
        if (columns.includes(column)) return pair.otherSeed
        return leading.has(column) ? pair.ownSeed : rest
      },
    })
    return [
      {
        rule: 'probe.oracle',
        object: objectOf(table, pair),
        sql: [insert],
        isQuery: false,
        shows: ({code}: Answer) =>
          code === undefined
            ? `the foreign key ${name} accepts, and so reveals, a row of another tenant`
            : undefined,
      },
    ]
  })
}

function readsRows(table: RelationShape, pair: ProbePair): Attempt {
  const target = targetOf(table, pair)
  return {
    rule: reads,
    object: objectOf(table, pair),
    sql: [`SELECT count(*) FROM ${target} WHERE tenant_id = ${literal(pair.otherId)}`],
    isQuery: true,
    shows: countAbove(0, 'it reads a row of another tenant'),
  }
}

/** A view may leave tenant_id out: the made-up words give its rows away. */
function readsText(view: RelationShape, pair: ProbePair): Attempt {
  const {text, uuid} = pair.otherSeed
  const signs = [text.slice(0, 16), uuid, pair.otherId].map(
    (sign) => `x.row LIKE ${literal(`%${sign}%`)}`,
  )
  return {
    rule: reads,
    object: objectOf(view, pair),
    sql: [
      `SELECT count(*) FROM (SELECT v::text AS row FROM ${targetOf(view, pair)} v) x WHERE ${signs.join(' OR ')}`,
    ],
    isQuery: true,
    shows: countAbove(0, 'it reads a row of another tenant'),
  }
}

function does(table: RelationShape, pair: ProbePair, sql: string) {
  return {rule: writes, object: objectOf(table, pair), sql: [sql], isQuery: false}
}

function ownRow(table: RelationShape, {ownSeed}: ProbePair): string {
  const key = table.columns.find(
    ({name, type, isKey}) => isKey && type === 'uuid' && name !== 'tenant_id',
  )
  const tenant = `tenant_id = ${literal(ownSeed.tenantId)}`
  return key === undefined
    ? tenant
    : `${tenant} AND ${identifier(key.name)} = ${literal(ownSeed.uuid)}`
}

export function targetOf({name}: {readonly name: string}, {own}: ProbePair): string {
  return `${identifier(own.schema)}.${identifier(name)}`
}

export function objectOf({name}: {readonly name: string}, {own}: ProbePair): string {
  return `${own.schema}.${name}`
}

function countAbove(most: number, words: string): Attempt['shows'] {
  return ({code, value}) => (code === undefined && Number(value) > most ? words : undefined)
}

function touched(words: string): Attempt['shows'] {
  return ({code, rows = 0}) => (code === undefined && rows > 0 ? words : undefined)
}
