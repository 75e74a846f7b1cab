// `npm test`: everything that this machine can run; what is missing is named and skipped. With
// MITRA_TEST_STRICT=1 (CI) a missing part or a skipped test is a failure. Ends with one line of counts.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

const require = createRequire(import.meta.url)
const isStrict = process.env.MITRA_TEST_STRICT === '1'
const folder = mkdtempSync(join(tmpdir(), 'mitra-test-'))
const report = join(folder, 'report.json')

if (!existsSync('dist') || !existsSync('oclif.manifest.json')) {
  node('scripts/build.js', [])
}
const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs')
const status = node(vitest, [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
])
const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
rmSync(folder, {recursive: true, force: true})

const passed = counts?.numPassedTests ?? 0
const failed = (counts?.numFailedTests ?? 0) + (status === 0 || counts?.numFailedTests > 0 ? 0 : 1)
const skipped = (counts?.numPendingTests ?? 0) + (counts?.numTodoTests ?? 0)
if (isStrict && skipped > 0) console.error(`${skipped} tests were skipped; here none may be.`)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(status !== 0 || passed === 0 || (isStrict && skipped > 0) ? 1 : 0)

function node(program, argv) {
  const {status: code} = spawnSync(process.execPath, [program, ...argv], {stdio: 'inherit'})
  return code ?? 1
}
