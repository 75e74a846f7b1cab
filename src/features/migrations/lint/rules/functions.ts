import type {LintRule, Violation} from '../rule.js'

/** The names in it are looked up at each call: after a rename they are not there. */
export const stringBodiedFunction: LintRule = {
  id: 'string-bodied-function',
  look({act}, {scope}) {
    if (act.is !== 'create-function' || scope !== 'tenant') return []
    if (act.language !== 'sql' || !act.hasTextBody) return []
    return [
      {
        why: `The body of ${act.name.name} is a text: its names are looked up at each call, by whatever search path holds then, and a renamed tenant breaks it.`,
        fix: 'RETURN expression; or BEGIN ATOMIC ... END; Postgres then keeps what the names meant.',
      },
    ]
  },
}

/** Whoever calls it chooses what its names mean, with the rights of its owner. */
export const definerSearchPath: LintRule = {
  id: 'definer-search-path',
  look({act}) {
    if (act.is === 'create-function' && act.isDefiner) {
      return pathProblem(act.name.name, act.settings.get('search_path'))
    }
    if (act.is !== 'alter-function') return []
    const path = act.settings.get('search_path')
    if (act.isDefiner === true || path !== undefined) return pathProblem(act.name.name, path)
    return act.dropsSettings ? pathProblem(act.name.name, undefined) : []
  },
}

function pathProblem(name: string, path: string | undefined): readonly Violation[] {
  const fix = 'SET search_path = pg_catalog, pg_temp; and write every other schema out.'
  if (path === undefined) {
    return [
      {
        why: `${name} runs with the rights of its owner and with the search path of its caller.`,
        fix,
      },
    ]
  }
  if (path === '' || path.split(', ').at(-1) === 'pg_temp') return []
  return [
    {
      why: `${name}: where pg_temp does not stand last in its search path, the caller's temporary tables are found first.`,
      fix,
    },
  ]
}

/** Code that cannot be read cannot be judged. */
export const unreadableBody: LintRule = {
  id: 'unreadable-body',
  isForDown: true,
  look({act}) {
    if (act.is !== 'unreadable-body') return []
    return [
      {
        why: `The body is no PL/pgSQL that can be read: ${act.message}.`,
        fix: 'Correct it; where it is right nevertheless, allow this rule and say why.',
      },
    ]
  },
}
