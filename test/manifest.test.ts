import {execFileSync} from 'node:child_process'
import {copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, expect, test} from 'vitest'
import {repositoryRoot} from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'mitra-manifest-'))

afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
})

function runNode(...argv: readonly string[]): void {
  const env = {...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true'}
  execFileSync(process.execPath, argv, {cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe']})
}

// A start that finds no manifest reads every command; one with a stale manifest hides the new ones.
test('the manifest that the build writes has every command', {timeout: 120_000}, () => {
  const modules = join(repositoryRoot, 'node_modules')
  copyFileSync(join(repositoryRoot, 'package.json'), join(folder, 'package.json'))
  symlinkSync(modules, join(folder, 'node_modules'))
  const built = ['--outDir', join(folder, 'dist')]
  runNode(join(modules, 'typescript/bin/tsc'), '-p', repositoryRoot, ...built)
  runNode(join(modules, 'oclif/bin/run.js'), 'manifest')

  const text = readFileSync(join(folder, 'oclif.manifest.json'), 'utf8')
  const manifest: {commands: Record<string, unknown>} = JSON.parse(text)

  const files = readdirSync(join(repositoryRoot, 'src/commands'), {
    recursive: true,
    encoding: 'utf8',
  }).filter((name) => name.endsWith('.ts'))
  expect(Object.keys(manifest.commands).toSorted()).toEqual(
    files.map((file) => file.slice(0, -'.ts'.length).replaceAll('/', ':')).toSorted(),
  )
})
