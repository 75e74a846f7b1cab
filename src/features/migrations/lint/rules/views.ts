import type {LintRule, Violation} from '../rule.js'

/** A view reads with the rights of its owner, who is not a tenant. */
export const viewSecurityInvoker: LintRule = {
  id: 'view-security-invoker',
  look({act}) {
    if (act.is === 'create-view' && !act.isMaterialized) {
      return isOn(act.options.get('security_invoker')) ? [] : [problem(act.view.name)]
    }
    if (act.is !== 'alter-table') return []
    const {table} = act
    return act.changes.flatMap((change) => {
      if (change.is !== 'set-options' && change.is !== 'reset-options') return []
      const value = change.options.get('security_invoker')
      const isOff = value !== undefined && (change.is === 'reset-options' || !isOn(value))
      return isOff ? [problem(table.name)] : []
    })
  },
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && ['true', 'on', 'yes', '1'].includes(value.toLowerCase())
}

function problem(name: string): Violation {
  return {
    why: `The view ${name} reads with the rights of its owner, not of who asks.`,
    fix: `CREATE VIEW ${name} WITH (security_invoker = true) AS ...`,
  }
}

/** It holds rows of its own, and no policy can be put on it. */
export const materializedView: LintRule = {
  id: 'materialized-view',
  look({act}) {
    if (act.is !== 'create-view' || !act.isMaterialized) return []
    return [
      {
        why: `${act.view.name} keeps rows where no policy holds: whoever may read it reads all of them.`,
        fix: 'A table with tenant_id that is filled anew; or a view with security_invoker.',
      },
    ]
  },
}
