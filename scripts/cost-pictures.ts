import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {FocusCostSource} from '../src/adapters/focus/focus-source.js'
import {LocalExport} from '../src/adapters/focus/local-export.js'
import {sampleMadeAt, samplePath} from '../src/adapters/focus/sample.js'
import {loadCostFiles} from '../src/config/cost/load-cost-files.js'
import {htmlReport} from '../src/features/cost/render/html/page.js'
import {buildReport} from '../src/features/cost/report/build-report.js'
import {recordOf} from '../src/features/cost/report/report-changes.js'

/**
 * `npm run docs -- --pictures` draws docs/pictures/cost-report-*.png: the page of the sample in
 * a headless Chromium, light and dark, as a desk and a phone show it.
 */
const pictures = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
const chromium = process.env['CHROMIUM'] ?? 'chromium'

const sizes = {desk: [1180, 1560], phone: [390, 1560]} as const
/** What Chromium calls the reader's preference. */
const schemes = {light: '1', dark: '0'} as const

/** The report of the sample as it is on its last morning, two days after another one. */
export async function samplePage(): Promise<string> {
  const files = await loadCostFiles(undefined, {phases: '', subscriptions: '', exchangeRates: ''})
  const source = new FocusCostSource({
    files: new LocalExport(samplePath),
    place: 'of the sample',
    madeAt: sampleMadeAt,
  })
  const ledger = await source.ledger({start: '2000-01-01', end: '2100-01-01'})
  const shared = {ledger, files, choice: {users: 700}, gstPercent: 18}
  const earlier = buildReport({
    ...shared,
    asOf: '2026-11-21',
    earlier: undefined,
    now: new Date('2026-11-22T03:30:00Z'),
  })
  const {report} = buildReport({
    ...shared,
    asOf: '2026-11-23',
    earlier: recordOf(earlier.report, earlier.exactTotal),
    now: new Date('2026-11-24T03:30:00Z'),
  })
  return htmlReport(report)
}

export async function drawCostPictures(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mitra-cost-picture-'))
  try {
    const page = join(folder, 'report.html')
    writeFileSync(page, await samplePage())
    mkdirSync(pictures, {recursive: true})
    for (const [size, [width, height]] of Object.entries(sizes)) {
      for (const [scheme, preferred] of Object.entries(schemes)) {
        const target = join(pictures, `cost-report-${size}-${scheme}.png`)
        execFileSync(
          chromium,
          [
            '--headless',
            '--no-sandbox',
            '--disable-gpu',
            '--hide-scrollbars',
            `--blink-settings=preferredColorScheme=${preferred}`,
            `--window-size=${width},${height}`,
            `--screenshot=${target}`,
            `file://${page}`,
          ],
          {stdio: 'ignore'},
        )
      }
    }
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}
