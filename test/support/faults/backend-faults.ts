import {appendFileSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {execFileSync} from 'node:child_process'
import {setTimeout as sleep} from 'node:timers/promises'
import {HostSockets} from '../../../src/adapters/sockets/ports.js'
import {digestOfText} from '../../../src/features/projects/digest.js'
import type {SickWorkspace} from '../sick-workspace.js'
import {standInBackend} from '../stand-in-backend.js'
import type {Fault, Injected} from './fault.js'

const settleMs = 1000

/** A backend that is prepared and kept, until the fault is over. */
async function keepBackend(place: SickWorkspace): Promise<Required<Pick<Injected, 'undo'>>> {
  const folder = place.path('python-backend')
  for (const [name, text] of Object.entries(standInBackend)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true})
    writeFileSync(join(folder, name), text)
  }
  mkdirSync(join(folder, '.venv/bin'), {recursive: true})
  const python = execFileSync('/bin/sh', ['-c', 'command -v python3'], {encoding: 'utf8'})
  symlinkSync(python.trim(), join(folder, '.venv/bin/python'))
  const stamp = digestOfText(standInBackend['requirements.txt'] ?? '')
  writeFileSync(join(folder, '.venv/.mitra-requirements'), stamp)
  copyFileSync(place.path('.env.good'), place.path('.env.local'))
  await place.mitra('up', 'backend')
  return {
    async undo() {
      await place.mitra('down', 'backend')
      rmSync(folder, {recursive: true})
      rmSync(place.path('.env.local'))
    },
  }
}

async function pidOf(place: SickWorkspace): Promise<number> {
  const {pid} = (await new HostSockets().portHolder(place.port('backend'))) ?? {}
  if (pid === undefined) throw new Error('Nobody listens for the backend.')
  return pid
}

function onBackend(
  what: string,
  harm: (place: SickWorkspace) => Promise<(() => void) | void>,
  heals?: Fault['heals'],
): Fault {
  return {
    what,
    names: 'backend.kept',
    alone: true,
    ...(heals === undefined ? {} : {heals}),
    async inject(place) {
      const {undo} = await keepBackend(place)
      const end = await harm(place)
      return {
        async undo() {
          end?.()
          await undo()
        },
      }
    },
  }
}

export const backendFaults: readonly Fault[] = [
  onBackend(
    'the kept backend was killed',
    async (place) => {
      process.kill(await pidOf(place), 'SIGKILL')
      await sleep(settleMs)
    },
    {},
  ),
  onBackend('the kept backend hangs', async (place) => {
    const pid = await pidOf(place)
    process.kill(pid, 'SIGSTOP')
    return () => process.kill(pid, 'SIGCONT')
  }),
  onBackend(
    'the kept backend runs with variables of before',
    async (place) => appendFileSync(place.path('.env.local'), '# changed\n'),
    {},
  ),
]
