import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {cpus, loadavg, totalmem} from 'node:os'
import {NotHere, type BenchCase, type BenchRow} from './case.js'
import {costReport} from './cases/cost-report.js'
import {dockerUp} from './cases/docker-up.js'
import {firstTenant} from './cases/first-tenant.js'
import {evidence} from './cases/evidence.js'
import {fleet} from './cases/fleet.js'
import {idleMinio, idleVersitygw} from './cases/idle-memory.js'
import {nativeUpMinio, nativeUpVersitygw} from './cases/native-stack.js'
import {startUp} from './cases/start-up.js'

const cases: readonly BenchCase[] = [
  nativeUpVersitygw,
  nativeUpMinio,
  dockerUp,
  firstTenant,
  idleVersitygw,
  idleMinio,
  startUp,
]

interface Report {
  readonly title: string
  readonly command: string
  readonly url: URL
  readonly cases: readonly BenchCase[]
}

const general: Report = {
  title: 'Benchmarks',
  command: 'npm run bench',
  url: new URL('../docs/benchmarks.md', import.meta.url),
  cases,
}

/** Minutes and gigabytes: it runs only when it is asked for. */
const tenants: Report = {
  title: 'Benchmarks of tenants and migrations',
  command: 'npm run bench -- fleet',
  url: new URL('../docs/benchmarks-tenants.md', import.meta.url),
  cases: [fleet, evidence],
}

/** As cron runs it: whole processes. */
const costs: Report = {
  title: 'Benchmarks of the cost report',
  command: 'npm run bench -- cost',
  url: new URL('../docs/benchmarks-cost.md', import.meta.url),
  cases: [costReport],
}

const reports: ReadonlyMap<string | undefined, Report> = new Map([
  [undefined, general],
  ['fleet', tenants],
  ['cost', costs],
])

interface CaseResult {
  readonly bench: BenchCase
  readonly rows: readonly BenchRow[]
  readonly skipped: string | undefined
}

/** Every case of a report in turn rewrites it; those whose name holds another word are only shown. */
async function main(word: string | undefined): Promise<void> {
  const report = reports.get(word)
  const every = [...cases, ...costs.cases, evidence]
  const chosen = report?.cases ?? every.filter(({name}) => name.includes(word ?? ''))
  const results: CaseResult[] = []
  for (const bench of chosen) {
    process.stderr.write(`${bench.name}\n`)
    const result = await measure(bench)
    results.push(result)
    process.stdout.write(`${caseText(result)}\n`)
  }
  if (report === undefined) return
  mkdirSync(new URL('.', report.url), {recursive: true})
  writeFileSync(report.url, `${[...headText(report), ...results.map(caseText)].join('\n')}`)
}

async function measure(bench: BenchCase): Promise<CaseResult> {
  try {
    return {bench, rows: await bench.run(), skipped: undefined}
  } catch (error) {
    if (!(error instanceof NotHere)) throw error
    return {bench, rows: [], skipped: error.message}
  }
}

function headText({title, command}: Report): readonly string[] {
  const {version}: {version: string} = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  const [cpu] = cpus()
  const memory = `${Math.round(totalmem() / 1e9)} GB`
  const machine = `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${memory}, ${systemText()}`
  return [
    `# ${title}`,
    '',
    `Written by \`${command}\`. Each number stands beside its peer or floor of the same run, measured`,
    'in turns; medians with the span. Times of another machine or another day cannot be compared,',
    'ratios can.',
    '',
    `- Machine: ${machine}`,
    `- Load when the report was written: ${(loadavg()[0] ?? 0).toFixed(1)} (what else ran makes times longer)`,
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    `- mitra ${version}, Node ${process.versions.node}`,
    '',
  ]
}

function systemText(): string {
  try {
    return execFileSync('uname', ['-srm'], {encoding: 'utf8'}).trim()
  } catch {
    return process.platform
  }
}

function caseText({bench, rows, skipped}: CaseResult): string {
  const head = [`## ${bench.name}`, '', `Target: ${bench.target}.`, '']
  if (skipped !== undefined) return [...head, `Skipped here: ${skipped}`, ''].join('\n')
  const hasTargets = rows.some(({target}) => target !== undefined)
  const lines = rows.map(({what, against, measured, result, target = '', isMet}) => {
    const cells = [what, measured, against, result, ...(hasTargets ? [target] : []), metText(isMet)]
    return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
  })
  const titles = [
    'what',
    'measured',
    'against',
    'result',
    ...(hasTargets ? ['target'] : []),
    'target met',
  ]
  const table = [`| ${titles.join(' | ')} |`, `|${titles.map(() => '---|').join('')}`]
  const notes = (bench.notes?.() ?? []).map((note) => `- ${note}`)
  return [...head, ...notes, ...(notes.length > 0 ? [''] : []), ...table, ...lines, ''].join('\n')
}

function metText(isMet: boolean | undefined): string {
  if (isMet === undefined) return ''
  return isMet ? 'yes' : '**no**'
}

await main(process.argv[2])
