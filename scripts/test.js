// `npm test`: the built CLI where it is missing or old, all tests, and one closing line that a machine
// can read. Where MITRA_TEST_STRICT=1, as in CI, a test that was skipped fails the run too.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

const require = createRequire(import.meta.url)
const isStrict = process.env['MITRA_TEST_STRICT'] === '1'

function run(argv) {
  const {status, signal} = spawnSync(process.execPath, argv, {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (signal !== null) process.exit(130)
  return status ?? 1
}

function newest(path) {
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))), 0)
}

function isBuilt() {
  const manifest = 'oclif.manifest.json'
  if (!existsSync(manifest) || !existsSync('dist')) return false
  const built = statSync(manifest).mtimeMs
  return ['src', 'package.json', 'tsconfig.json'].every((path) => newest(path) <= built)
}

/** A file that could not even be loaded holds no test that could fail: it counts as one. */
function counted({numPassedTests, numFailedTests, numTotalTests, testResults}) {
  const broken = testResults.filter(
    ({status, assertionResults}) => status === 'failed' && assertionResults.length === 0,
  )
  const skipped = numTotalTests - numPassedTests - numFailedTests
  return {passed: numPassedTests, failed: numFailedTests + broken.length, skipped}
}

function skippedNames({testResults}) {
  const all = testResults.flatMap(({assertionResults}) => assertionResults)
  return all
    .filter(({status}) => status !== 'passed' && status !== 'failed')
    .map(({fullName}) => fullName)
}

if (!isBuilt() && run(['scripts/build.js']) !== 0) process.exit(1)

const folder = mkdtempSync(join(tmpdir(), 'mitra-test-'))
const report = join(folder, 'report.json')
const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const status = run([vitest, 'run', ...reporters, ...process.argv.slice(2)])
const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
rmSync(folder, {recursive: true, force: true})

const {passed, failed, skipped} =
  result === undefined ? {passed: 0, failed: 1, skipped: 0} : counted(result)
if (skipped > 0) {
  console.log(`${skipped} skipped:`)
  for (const name of skippedNames(result)) console.log(`  ${name}`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 || (isStrict && skipped > 0) ? 1 : status
