import type {
  DriftCluster,
  DriftDifference,
  DriftFinding,
  DriftReport,
} from '../features/migrations/drift/report.js'

const mostNames = 8

/** Clusters as lines, then what is wrong with whom and the SQL that repairs it. */
export function driftText({schemas, clusters, findings}: DriftReport): string {
  const verdict =
    findings.length === 0
      ? `No drift: ${schemas} schemas, each like the others with the same files and as recorded.`
      : `${findings.length} of ${clusters.length} clusters drifted.`
  return [...clusters.map(clusterText), '', ...findings.map(findingText), verdict].join('\n')
}

function clusterText({tenants, spares, version, isNorm, recorded}: DriftCluster): string {
  const norm = isNorm ? 'norm' : 'odd '
  const files = version === null ? 'no migration' : `at ${version}`
  const ledger = {same: 'as recorded', different: 'NOT as recorded', unknown: 'not recorded'}
  return `${norm}  ${who(tenants, spares)}, ${files}, ${ledger[recorded]}`
}

function who(tenants: readonly string[], spares: number): string {
  const shown = tenants.slice(0, mostNames).join(', ')
  const left = tenants.length - mostNames
  const more = left > 0 ? ` and ${left} more` : ''
  const ahead = spares > 0 ? `${spares} made ahead` : ''
  return [`${shown}${more}`, ahead].filter((part) => part !== '').join(' + ')
}

function findingText({tenants, spares, why, differences, isCut}: DriftFinding): string {
  const lines = differences.flatMap(differenceLines)
  const cut = isCut && differences.length > 0 ? ['  There is more; repair this first.'] : []
  return [`${who(tenants, spares)}: ${why}`, ...lines, ...cut, ''].join('\n')
}

function differenceLines(one: DriftDifference): readonly string[] {
  const {kind, object, place, expected, found, repair} = one
  const where = object.includes(' (partition)') ? `${object}, here ${place}` : object
  return [
    `  ${kind} ${where}`,
    `    expected ${expected ?? 'nothing'}`,
    `    found    ${found ?? 'nothing'}`,
    ...repair.map((line) => `    > ${line}`),
  ]
}
