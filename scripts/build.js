// What `prepare` and `prepack` run: the compiler, then oclif's manifest, without which every start
// would read every command.
import {spawnSync} from 'node:child_process'
import {rmSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'

const require = createRequire(import.meta.url)

function run(program, argv) {
  const {status} = spawnSync(process.execPath, [program, ...argv], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // A build asks nobody whether there is a newer oclif.
    env: {...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true'},
  })
  if (status !== 0) process.exit(status ?? 1)
}

rmSync('dist', {recursive: true, force: true})
rmSync('oclif.manifest.json', {force: true})
run(join(dirname(require.resolve('typescript/package.json')), 'bin/tsc'), ['-p', '.'])
run(join(dirname(require.resolve('oclif/package.json')), 'bin/run.js'), ['manifest'])
