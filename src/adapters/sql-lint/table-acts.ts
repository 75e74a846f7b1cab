import type {
  AlterTableCmd,
  AlterTableStmt,
  AlterTableType,
  ColumnDef,
  Constraint,
  CreateStmt,
  IndexStmt,
  Node,
} from 'libpg-query'
import type {SqlAct, SqlColumn, SqlConstraint, TableChange} from '../../ports/sql-reader.js'
import {columnOf, indexColumns, optionsOf, relationName, stringsOf} from './nodes.js'

export function createTable(statement: CreateStmt): SqlAct {
  const elements = statement.tableElts ?? []
  const columns = elements.flatMap((node) => ('ColumnDef' in node ? [node.ColumnDef] : []))
  const own = elements.flatMap((node) => ('Constraint' in node ? constraints(node.Constraint) : []))
  const parents = (statement.inhRelations ?? []).flatMap((node) =>
    'RangeVar' in node ? [relationName(node.RangeVar)] : [],
  )
  const isPartition = statement.partbound !== undefined
  return {
    is: 'create-table',
    table: relationName(statement.relation),
    columns: columns.map(column),
    constraints: [...columns.flatMap(columnConstraints), ...own],
    partitionOf: isPartition ? parents[0] : undefined,
    partitionKey: partitionKey(statement),
    like: elements.flatMap((node) =>
      'TableLikeClause' in node ? [relationName(node.TableLikeClause.relation)] : [],
    ),
    inherits: isPartition ? [] : parents,
    isTemporary: statement.relation?.relpersistence === 't',
  }
}

function partitionKey({partspec}: CreateStmt) {
  if (partspec === undefined) return undefined
  return (partspec.partParams ?? []).map((node) =>
    'PartitionElem' in node && node.PartitionElem.expr === undefined
      ? node.PartitionElem.name
      : undefined,
  )
}

function column({colname = '', constraints: given, is_not_null}: ColumnDef): SqlColumn {
  const types = (given ?? []).map((node) => ('Constraint' in node ? node.Constraint.contype : ''))
  const isNotNull = is_not_null === true || types.some((type) => notNullTypes.has(type ?? ''))
  return {name: colname, isNotNull}
}

const notNullTypes = new Set(['CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY'])

/** What is written behind a column holds for that column. */
function columnConstraints({colname = '', constraints: given}: ColumnDef) {
  return (given ?? []).flatMap((node) =>
    'Constraint' in node ? constraints(node.Constraint, colname) : [],
  )
}

function constraints(given: Constraint, ofColumn?: string): readonly SqlConstraint[] {
  const columns = ofColumn === undefined ? stringsOf(given.keys) : [ofColumn]
  const {contype, indexname: index} = given
  if (contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_UNIQUE') {
    const is = contype === 'CONSTR_PRIMARY' ? 'primary' : 'unique'
    return [{is, columns, ...(index === undefined ? {} : {index})}]
  }
  if (contype === 'CONSTR_EXCLUSION') {
    return [{is: 'exclusion', columns: (given.exclusions ?? []).map(excludedColumn)}]
  }
  if (contype === 'CONSTR_NOTNULL') return [{is: 'not-null', columns}]
  return contype === 'CONSTR_FOREIGN' ? [foreignKey(given, ofColumn)] : []
}

function foreignKey(given: Constraint, ofColumn: string | undefined): SqlConstraint {
  return {
    is: 'foreign',
    columns: ofColumn === undefined ? stringsOf(given.fk_attrs) : [ofColumn],
    to: relationName(given.pktable),
    toColumns: stringsOf(given.pk_attrs),
  }
}

/** Of `tenant_id WITH =` the column; of every other comparison nothing that tells rows apart. */
function excludedColumn(node: Node): string | undefined {
  if (!('List' in node)) return undefined
  const [element, operator] = node.List.items ?? []
  const isEqual =
    operator !== undefined && 'List' in operator && stringsOf(operator.List.items).at(-1) === '='
  if (!isEqual || element === undefined || !('IndexElem' in element)) return undefined
  return columnOf(element.IndexElem)
}

export function alterTable(statement: AlterTableStmt): SqlAct {
  const commands = (statement.cmds ?? []).flatMap((node) =>
    'AlterTableCmd' in node ? [node.AlterTableCmd] : [],
  )
  const changes = commands.flatMap(changesOf)
  return {is: 'alter-table', table: relationName(statement.relation), changes}
}

const securityChanges: Partial<Record<AlterTableType, SecurityChange>> = {
  AT_EnableRowSecurity: 'enable-rls',
  AT_DisableRowSecurity: 'disable-rls',
  AT_ForceRowSecurity: 'force-rls',
  AT_NoForceRowSecurity: 'no-force-rls',
}

const columnChanges: Partial<Record<AlterTableType, ColumnChange>> = {
  AT_DropColumn: 'drop-column',
  AT_SetNotNull: 'set-not-null',
  AT_DropNotNull: 'drop-not-null',
}

type SecurityChange = 'enable-rls' | 'disable-rls' | 'force-rls' | 'no-force-rls'
type ColumnChange = 'drop-column' | 'set-not-null' | 'drop-not-null'

function changesOf(command: AlterTableCmd): readonly TableChange[] {
  const {subtype, def, name = ''} = command
  if (subtype === undefined) return []
  const security = securityChanges[subtype]
  if (security !== undefined) return [{is: security}]
  const ofColumn = columnChanges[subtype]
  if (ofColumn !== undefined) return [{is: ofColumn, column: name}]
  return def === undefined ? [{is: 'other'}] : definedChanges(command, subtype, def)
}

function definedChanges(
  command: AlterTableCmd,
  subtype: AlterTableType,
  def: Node,
): readonly TableChange[] {
  if ('ColumnDef' in def && subtype === 'AT_AddColumn') {
    const added = columnConstraints(def.ColumnDef)
    return [{is: 'add-column', column: column(def.ColumnDef)}, ...added.map(asAdded)]
  }
  if ('Constraint' in def) return constraints(def.Constraint).map(asAdded)
  if ('PartitionCmd' in def) return [partitionChange(command)]
  if (subtype !== 'AT_SetRelOptions' && subtype !== 'AT_ResetRelOptions') return [{is: 'other'}]
  const is = subtype === 'AT_SetRelOptions' ? 'set-options' : 'reset-options'
  return [{is, options: optionsOf('List' in def ? def.List.items : undefined)}]
}

function asAdded(constraint: SqlConstraint): TableChange {
  return {is: 'add-constraint', constraint}
}

function partitionChange({subtype, def}: AlterTableCmd): TableChange {
  if (def === undefined || !('PartitionCmd' in def)) return {is: 'other'}
  const partition = relationName(def.PartitionCmd.name)
  if (subtype === 'AT_AttachPartition') return {is: 'attach-partition', partition}
  if (subtype !== 'AT_DetachPartition') return {is: 'other'}
  return {is: 'detach-partition', partition, isConcurrent: def.PartitionCmd.concurrent === true}
}

export function createIndex(statement: IndexStmt): SqlAct {
  return {
    is: 'create-index',
    table: relationName(statement.relation),
    name: statement.idxname,
    columns: indexColumns(statement.indexParams),
    isUnique: statement.unique === true,
    isConcurrent: statement.concurrent === true,
  }
}
