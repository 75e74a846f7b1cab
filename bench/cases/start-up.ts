import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {repositoryRoot} from '../../test/support/cli.js'
import type {BenchCase, BenchRow} from '../case.js'
import {interleaved, median, ratioText, secondsText, type Samples} from '../statistics.js'

const versionLimit = 2.8
const smallLimit = 4
const rounds = 25
const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem']

/** Cold processes in random order; the certificates are set, or not, on both sides alike. */
export const startUp: BenchCase = {
  name: 'start-up',
  target: `mitra --version <= ${versionLimit}x, mitra config show <= ${smallLimit}x of node -e 0`,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'mitra-bench-'))
    try {
      const clean = await measured(folder, '')
      const named = process.env['NODE_EXTRA_CA_CERTS'] || (await firstBundle())
      const loaded = named === undefined ? [] : await measured(folder, named)
      return [...clean, ...loaded]
    } finally {
      rmSync(folder, {recursive: true, force: true})
    }
  },
}

async function measured(cwd: string, certificates: string): Promise<BenchRow[]> {
  const entry = join(repositoryRoot, 'bin/run.js')
  const at = {cwd, certificates}
  const variants = {
    bare: () => timeNode(['-e', '0'], at),
    version: () => timeNode([entry, '--version'], at),
    small: () => timeNode([entry, 'config', 'show'], at),
    help: () => timeNode([entry, '--help'], at),
  }
  const {bare, version, small, help} = await interleaved(variants, {rounds, warmUps: 2})
  const suffix = certificates === '' ? '' : ', NODE_EXTRA_CA_CERTS set'
  return [
    row(`mitra --version${suffix}`, version, bare, versionLimit),
    row(`mitra config show${suffix}`, small, bare, smallLimit),
    row(`mitra --help${suffix}`, help, bare, undefined),
  ]
}

function row(what: string, samples: Samples, bare: Samples, limit: number | undefined): BenchRow {
  const ratio = median(samples) / median(bare)
  return {
    what,
    against: `node -e 0, ${secondsText(bare)}`,
    measured: secondsText(samples),
    result: ratioText(ratio),
    isMet: limit === undefined ? undefined : ratio <= limit,
  }
}

async function timeNode(
  argv: readonly string[],
  {cwd, certificates}: {readonly cwd: string; readonly certificates: string},
): Promise<number> {
  const {NODE_OPTIONS: _options, ...environment} = process.env
  const env = {...environment, NODE_EXTRA_CA_CERTS: certificates}
  const from = performance.now()
  const child = spawn(process.execPath, [...argv], {cwd, env, stdio: 'ignore'})
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`node ${argv.join(' ')} ended with ${code}`)
  return performance.now() - from
}

async function firstBundle(): Promise<string | undefined> {
  const {existsSync} = await import('node:fs')
  return bundles.find((path) => existsSync(path))
}
