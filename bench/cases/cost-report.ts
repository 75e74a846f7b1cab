import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {createWriteStream, mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createGzip} from 'node:zlib'
import {knowableWindow} from '../../src/features/cost/window.js'
import {repositoryRoot} from '../../test/support/cli.js'
import {largeBill} from '../../test/support/cost-explorer/bill.js'
import {CostExplorerStandIn} from '../../test/support/cost-explorer/stand-in.js'
import type {BenchCase, BenchRow} from '../case.js'
import {interleaved, median, ratioText, secondsText, type Samples} from '../statistics.js'

const warmLimitMs = 1000
const memoryLimitMb = 150
const pageLimitBytes = 300_000
const exportRows = 1_000_000
const exportLimitMs = 15_000
/** Ten times the rows may take so much more: what a larger heap leaves lying about. */
const mostGrowth = 1.35

/** 13 months of 40 services under 6 record types, and an export of a million rows. */
export const costReport: BenchCase = {
  name: 'cost report',
  target: 'each line has its own',
  notes: () => [
    '13 months and the days of this one, 40 services under 6 record types on each; asked for once, then warm.',
    'Whole processes from start to end; memory is the most that the process held, CPU time includes the system.',
    `The export is FOCUS 1.0 as AWS writes it, gzipped, ${exportRows} rows of 44 columns; its floor is unpacking it.`,
  ],
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'mitra-bench-cost-'))
    try {
      return [...(await warmRows(folder)), ...(await exportedRows(folder))]
    } finally {
      rmSync(folder, {recursive: true, force: true})
    }
  },
}

async function warmRows(folder: string): Promise<BenchRow[]> {
  const bill = largeBill(knowableWindow(new Date()))
  const standIn = await new CostExplorerStandIn({bill}).start()
  const at = {folder, env: standIn.environment}
  try {
    await mitra(['cost', 'report'], at)
    const page = join(folder, 'report.html')
    const heap: number[] = []
    const cpu: number[] = []
    const {bare, text, html} = await interleaved(
      {
        bare: async () => (await node(['-e', '0'], at)).ms,
        text: async () => {
          const {ms, cpuMs, megabytes} = await mitra(['cost', 'report'], at)
          heap.push(megabytes)
          cpu.push(cpuMs)
          return ms
        },
        html: async () => (await mitra(['cost', 'report', '--output', page], at)).ms,
      },
      {rounds: 9, warmUps: 2},
    )
    const size = statSync(page).size
    return [
      timeRow(`mitra cost report, warm, ${bill.rows.length} lines kept`, text, bare, warmLimitMs),
      timeRow('CPU time of it', cpu, bare, undefined),
      timeRow('the same as HTML with pictures', html, bare, undefined),
      memoryRow('memory of the warm report', heap, memoryLimitMb),
      {
        what: 'size of the HTML page',
        against: 'a fixed limit',
        measured: `${size} bytes`,
        result: `${Math.round(size / 1000)} KB`,
        target: `<= ${pageLimitBytes / 1000} KB`,
        isMet: size <= pageLimitBytes,
      },
    ]
  } finally {
    await standIn.stop()
  }
}

async function exportedRows(folder: string): Promise<BenchRow[]> {
  const large = join(folder, 'large.csv.gz')
  const small = join(folder, 'small.csv.gz')
  const bytes = await writeExport(large, exportRows)
  await writeExport(small, exportRows / 10)
  const at = {folder, env: {}}
  const cpu: number[] = []
  const memory: {readonly large: number[]; readonly small: number[]} = {large: [], small: []}
  const report = (path: string, into: number[]) => async () => {
    const {ms, cpuMs, megabytes} = await mitra(['cost', 'report', '--from', path], at)
    into.push(megabytes)
    if (path === large) cpu.push(cpuMs)
    return ms
  }
  const {floor, whole, tenth} = await interleaved(
    {
      floor: () => shell(`gzip -dc '${large}' | wc -l`),
      whole: report(large, memory.large),
      tenth: report(small, memory.small),
    },
    {rounds: 3, warmUps: 0},
  )
  const grown = median(memory.large) / median(memory.small)
  const what = `an export of ${exportRows} rows (${Math.round(bytes / 1e6)} MB unpacked)`
  return [
    {
      what,
      against: `gzip -dc | wc -l, ${secondsText(floor)}`,
      measured: secondsText(whole),
      result: ratioText(median(whole) / median(floor)),
      target: `<= ${exportLimitMs / 1000} s`,
      isMet: median(whole) <= exportLimitMs,
    },
    {
      what: 'CPU time of it',
      against: 'the same',
      measured: secondsText(cpu),
      result: ratioText(median(cpu) / median(floor)),
      isMet: undefined,
    },
    {
      what: 'a tenth of it',
      against: 'the whole',
      measured: secondsText(tenth),
      result: ratioText(median(tenth) / median(whole)),
      isMet: undefined,
    },
    {
      what: 'memory for the whole',
      against: `for a tenth, ${Math.round(median(memory.small))} MB`,
      measured: `${Math.round(median(memory.large))} MB`,
      result: ratioText(grown),
      target: `<= ${mostGrowth}x`,
      isMet: grown <= mostGrowth,
    },
  ]
}

function timeRow(
  what: string,
  samples: Samples,
  bare: Samples,
  limit: number | undefined,
): BenchRow {
  return {
    what,
    against: `node -e 0, ${secondsText(bare)}`,
    measured: secondsText(samples),
    result: ratioText(median(samples) / median(bare)),
    ...(limit === undefined ? {} : {target: `<= ${limit / 1000} s`}),
    isMet: limit === undefined ? undefined : median(samples) <= limit,
  }
}

function memoryRow(what: string, megabytes: Samples, limit: number): BenchRow {
  const most = Math.max(...megabytes)
  const measured = `${Math.round(median(megabytes))} MB (at most ${Math.round(most)}), n ${megabytes.length}`
  return {
    what,
    against: 'a fixed limit',
    measured,
    result: `${Math.round(most)} MB`,
    target: `<= ${limit} MB`,
    isMet: most <= limit,
  }
}

interface Run {
  readonly ms: number
  /** What it kept processors busy for: says more than the time on a machine that is busy. */
  readonly cpuMs: number
  /** The most that the process held. */
  readonly megabytes: number
}

interface At {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

function mitra(argv: readonly string[], at: At): Promise<Run> {
  return node([join(repositoryRoot, 'bin/run.js'), ...argv], at)
}

async function node(argv: readonly string[], {folder, env}: At): Promise<Run> {
  const heap = join(folder, 'usage')
  const note = `import {writeFileSync} from 'node:fs'; process.on('exit', () => writeFileSync(${JSON.stringify(heap)}, JSON.stringify(process.resourceUsage())))`
  const from = performance.now()
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(note)}`, ...argv],
    {
      cwd: folder,
      env: {
        ...process.env,
        NODE_EXTRA_CA_CERTS: '',
        MITRA_WORKSPACE: join(folder, 'none'),
        XDG_STATE_HOME: join(folder, 'state'),
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const [code] = await once(child, 'exit')
  const ms = performance.now() - from
  if (code !== 0)
    throw new Error(
      `${argv.join(' ')} ended with ${String(code)}: ${Buffer.concat(errors).toString()}`,
    )
  const usage: NodeJS.ResourceUsage = JSON.parse(readFileSync(heap, 'utf8'))
  const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1000
  return {ms, cpuMs, megabytes: usage.maxRSS / 1024}
}

async function shell(line: string): Promise<number> {
  const from = performance.now()
  const child = spawn('sh', ['-c', line], {stdio: 'ignore'})
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${line} ended with ${code}`)
  return performance.now() - from
}

/** As AWS writes FOCUS 1.0: every text in quotes, NULL for nothing, 44 columns, tags as JSON. */
const columns =
  'AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName SkuId SkuPriceId SubAccountId SubAccountName Tags x_UsageType'.split(
    ' ',
  )

/** Hours of November over 40 services and 25 usage types each; resolves to the bytes before packing. */
async function writeExport(path: string, rows: number): Promise<number> {
  const gzip = createGzip({level: 1})
  gzip.pipe(createWriteStream(path))
  let bytes = 0
  const write = async (text: string) => {
    bytes += text.length
    if (!gzip.write(text)) await once(gzip, 'drain')
  }
  await write(`${columns.map((name) => `"${name}"`).join(',')}\n`)
  for (let first = 0; first < rows; first += 5000) {
    const lines = Array.from({length: Math.min(5000, rows - first)}, (_, at) => rowText(first + at))
    await write(`${lines.join('\n')}\n`)
  }
  gzip.end()
  await once(gzip, 'end')
  return bytes
}

function rowText(row: number): string {
  const hour = new Date(Date.UTC(2026, 10, 1) + (row % 720) * 3_600_000)
  const time = (later: number) =>
    new Date(hour.getTime() + later * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
  const cost = (((row * 7919) % 99_991) / 1e7).toFixed(11)
  const service = row % 40
  const type = row % 25
  return `NULL,${cost},"123456789012","Agent Mitra","INR","2026-12-01 00:00:00","2026-11-01 00:00:00","Usage",NULL,"$0.0${type} per hour of service ${service} in Asia Pacific (Mumbai)","Usage-Based","${time(1)}","${time(0)}",NULL,NULL,NULL,NULL,NULL,${(row % 997) / 100},"Hours",${cost},0.0${type},${cost},"Amazon Web Services India Private Limited",${cost},"0.0${type}","Standard",${(row % 997) / 100},"Hours","AWS","Amazon Web Services, Inc.","ap-south-1","Asia Pacific (Mumbai)","arn:aws:service-${service}:ap-south-1:123456789012:thing/i-${(row * 2_654_435_761) % 4_294_967_296}",NULL,NULL,"Compute","Amazon Service ${service}","SKU${service}X${type}","SKU${service}X${type}.JRTCKXETXF.6YS6EN2CT7","123456789012","production","{""application"": ""mitra"", ""team"": ""team-${row % 7}""}","APS3-Usage-${type}"`
}
