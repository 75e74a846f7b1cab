import type {
  AlterDefaultPrivilegesStmt,
  AlterFunctionStmt,
  AlterPolicyStmt,
  AlterRoleStmt,
  CreateFunctionStmt,
  CreateRoleStmt,
  CreateTableAsStmt,
  DefElem,
  DropStmt,
  GrantStmt,
  Node,
  RenameStmt,
  RoleSpec,
  VariableSetStmt,
} from 'libpg-query'
import type {SqlAct} from '../../ports/sql-reader.js'
import {
  constantOf,
  elementsOf,
  listedNames,
  optionsOf,
  qualifiedName,
  relationName,
  stringOf,
  stringsOf,
} from './nodes.js'
import {columnsIn} from './mentions.js'
import {alterTable, createIndex, createTable} from './table-acts.js'

/** What one statement does. */
export function actOf(node: Node): SqlAct {
  return (
    tableAct(node) ??
    codeAct(node) ??
    securityAct(node) ??
    sessionAct(node) ??
    outside(node) ??
    other(node)
  )
}

function other(node: Node): SqlAct {
  return {is: 'other', kind: Object.keys(node)[0] ?? ''}
}

function tableAct(node: Node): SqlAct | undefined {
  if ('CreateStmt' in node) return createTable(node.CreateStmt)
  if ('AlterTableStmt' in node) return alterTable(node.AlterTableStmt)
  if ('IndexStmt' in node) return createIndex(node.IndexStmt)
  if ('DropStmt' in node) return drop(node.DropStmt)
  if ('RenameStmt' in node) return rename(node.RenameStmt)
  return 'CreateTableAsStmt' in node ? fromQuery(node.CreateTableAsStmt) : undefined
}

function fromQuery({into, objtype}: CreateTableAsStmt): SqlAct {
  const table = relationName(into?.rel)
  if (objtype === 'OBJECT_MATVIEW') {
    return {is: 'create-view', view: table, isMaterialized: true, options: new Map()}
  }
  return {is: 'create-table-as', table, isTemporary: into?.rel?.relpersistence === 't'}
}

function drop({objects, removeType, concurrent}: DropStmt): SqlAct {
  const what = objectKind(removeType)
  return {is: 'drop', what, names: listedNames(objects), isConcurrent: concurrent === true}
}

/** `OBJECT_TABLE` -> `table`. */
function objectKind(type: string | undefined): string {
  return (type ?? '').replace('OBJECT_', '').toLowerCase()
}

function rename({renameType, relation, subname, newname = ''}: RenameStmt): SqlAct {
  const what = objectKind(renameType)
  return {
    is: 'rename',
    what,
    table: relation === undefined ? undefined : relationName(relation),
    column: what === 'column' ? subname : undefined,
    newName: newname,
  }
}

function codeAct(node: Node): SqlAct | undefined {
  if ('CreateFunctionStmt' in node) return createFunction(node.CreateFunctionStmt)
  if ('AlterFunctionStmt' in node) return alterFunction(node.AlterFunctionStmt)
  if (!('ViewStmt' in node)) return undefined
  const {view, options} = node.ViewStmt
  return {
    is: 'create-view',
    view: relationName(view),
    isMaterialized: false,
    options: optionsOf(options),
  }
}

function createFunction({funcname, options, sql_body}: CreateFunctionStmt): SqlAct {
  const elements = elementsOf(options)
  const valueOf = (name: string) => elements.find(({defname}) => defname === name)?.arg
  return {
    is: 'create-function',
    name: qualifiedName(stringsOf(funcname)),
    language: (stringOf(valueOf('language')) ?? 'sql').toLowerCase(),
    hasTextBody: sql_body === undefined,
    isDefiner: isTrue(valueOf('security')),
    settings: settingsOf(elements),
  }
}

function alterFunction({func, actions}: AlterFunctionStmt): SqlAct {
  const elements = elementsOf(actions)
  const security = elements.find(({defname}) => defname === 'security')
  const resets = elements.flatMap(({arg}) =>
    arg !== undefined && 'VariableSetStmt' in arg ? [arg.VariableSetStmt.kind ?? ''] : [],
  )
  return {
    is: 'alter-function',
    name: qualifiedName(stringsOf(func?.objname)),
    isDefiner: security === undefined ? undefined : isTrue(security.arg),
    settings: settingsOf(elements),
    dropsSettings: resets.some((kind) => kind.startsWith('VAR_RESET')),
  }
}

function isTrue(node: Node | undefined): boolean {
  return node !== undefined && 'Boolean' in node && node.Boolean.boolval === true
}

function settingsOf(elements: readonly DefElem[]): ReadonlyMap<string, string> {
  return new Map(
    elements.flatMap(({arg}) => {
      if (arg === undefined || !('VariableSetStmt' in arg)) return []
      const {name = '', args, kind} = arg.VariableSetStmt
      if (kind === 'VAR_RESET' || kind === 'VAR_RESET_ALL') return []
      return [[name, (args ?? []).map((value) => String(constantOf(value))).join(', ')] as const]
    }),
  )
}

function securityAct(node: Node): SqlAct | undefined {
  if ('GrantStmt' in node) return grant(node.GrantStmt)
  if ('AlterDefaultPrivilegesStmt' in node) return defaultGrant(node.AlterDefaultPrivilegesStmt)
  if ('CreatePolicyStmt' in node) {
    return policy(node.CreatePolicyStmt, node.CreatePolicyStmt.permissive === true)
  }
  if ('AlterPolicyStmt' in node) return policy(node.AlterPolicyStmt, true)
  if ('CreateRoleStmt' in node) return roleAct(node.CreateRoleStmt)
  return 'AlterRoleStmt' in node ? alteredRole(node.AlterRoleStmt) : undefined
}

function policy(
  {policy_name: name = '', table, qual, with_check: check, roles}: AlterPolicyStmt,
  isPermissive: boolean,
): SqlAct {
  return {
    is: 'policy',
    table: relationName(table),
    name,
    isPermissive,
    roles: roleNames(roles),
    conditions: conditionsOf([qual, check]),
  }
}

/** PUBLIC has no name. */
function roleNames(nodes: readonly Node[] | undefined): readonly string[] {
  return (nodes ?? []).flatMap((node) => ('RoleSpec' in node ? (node.RoleSpec.rolename ?? []) : []))
}

function defaultGrant({action}: AlterDefaultPrivilegesStmt): SqlAct | undefined {
  return action === undefined ? undefined : grant(action)
}

function conditionsOf(nodes: readonly (Node | undefined)[]) {
  return nodes.flatMap((node) => (node === undefined ? [] : [{columns: columnsIn(node)}]))
}

function grant(statement: GrantStmt): SqlAct {
  const {is_grant, targtype, objtype, privileges, grantees} = statement
  const roles = (grantees ?? []).flatMap((node) => ('RoleSpec' in node ? [node.RoleSpec] : []))
  // A REVOKE opens nothing.
  if (is_grant !== true) return {is: 'other', kind: 'RevokeStmt'}
  return {
    is: 'grant',
    isDefault: targtype === 'ACL_TARGET_DEFAULTS',
    on: objectKind(objtype),
    privileges: (privileges ?? []).flatMap((node) =>
      'AccessPriv' in node ? [(node.AccessPriv.priv_name ?? '').toLowerCase()] : [],
    ),
    isToPublic: roles.some(({roletype}: RoleSpec) => roletype === 'ROLESPEC_PUBLIC'),
    roles: roleNames(grantees),
  }
}

function roleAct({role = '', options}: CreateRoleStmt): SqlAct {
  const on = elementsOf(options).filter(({arg}) => isTrue(arg))
  return {is: 'role', role, options: on.map(({defname = ''}) => defname)}
}

function alteredRole({role, options}: AlterRoleStmt): SqlAct {
  const named = {role: role?.rolename ?? ''}
  return roleAct(options === undefined ? named : {...named, options})
}

function sessionAct(node: Node): SqlAct | undefined {
  if ('VariableSetStmt' in node) return setting(node.VariableSetStmt)
  if ('DiscardStmt' in node) return {is: 'reset', setting: 'everything (DISCARD)'}
  return undefined
}

function setting({kind, name = '', is_local: isLocal = false}: VariableSetStmt): SqlAct {
  if (kind === 'VAR_RESET') return {is: 'reset', setting: name}
  if (kind === 'VAR_RESET_ALL') return {is: 'reset', setting: 'everything'}
  return {is: 'set', setting: name, isLocal}
}

/** Statements that Postgres refuses inside a transaction. */
function outside(node: Node): SqlAct | undefined {
  const words = outsideWords(node)
  return words === undefined ? undefined : {is: 'outside-transaction', words}
}

function outsideWords(node: Node): string | undefined {
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true ? 'VACUUM' : undefined
  if ('ReindexStmt' in node) {
    const {params, kind} = node.ReindexStmt
    if (elementsOf(params).some(({defname}) => defname === 'concurrently')) {
      return 'REINDEX CONCURRENTLY'
    }
    const isWide = kind === 'REINDEX_OBJECT_SCHEMA' || kind === 'REINDEX_OBJECT_DATABASE'
    return isWide || kind === 'REINDEX_OBJECT_SYSTEM' ? 'REINDEX of a schema or more' : undefined
  }
  const [kind = ''] = Object.keys(node)
  return alwaysOutside.get(kind)
}

const alwaysOutside = new Map([
  ['CreatedbStmt', 'CREATE DATABASE'],
  ['DropdbStmt', 'DROP DATABASE'],
  ['AlterSystemStmt', 'ALTER SYSTEM'],
  ['CreateTableSpaceStmt', 'CREATE TABLESPACE'],
  ['DropTableSpaceStmt', 'DROP TABLESPACE'],
])
