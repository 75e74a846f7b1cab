import {mkdir, readdir, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {mustRun} from './must-run.js'

type Note = (text: string) => void

/** The packages' files and what they need, taken out of the .deb files: nothing is installed or started. */
export async function extractApt(
  names: readonly string[],
  folder: string,
  note: Note,
): Promise<void> {
  const work = join(folder, 'apt')
  await mkdir(join(work, 'lists/partial'), {recursive: true})
  await mkdir(join(work, 'cache/archives/partial'), {recursive: true})
  const own = [`Dir::State::lists=${work}/lists`, `Dir::Cache=${work}/cache`, 'Debug::NoLocking=1']
  const options = [...own, 'APT::Sandbox::User='].flatMap((option) => ['-o', option])
  note(`asks apt for ${names.join(' and ')}`)
  await mustRun('apt-get', [...options, 'update'], {timeoutMs: 120_000})
  const wanted = [
    'install',
    '--download-only',
    '--yes',
    '--no-install-recommends',
    '--reinstall',
    ...names,
  ]
  await mustRun('apt-get', [...options, ...wanted], {timeoutMs: 300_000})
  const archives = join(work, 'cache/archives')
  for (const deb of (await readdir(archives)).filter((entry) => entry.endsWith('.deb'))) {
    await mustRun('dpkg-deb', ['-x', join(archives, deb), folder])
  }
  await rm(work, {recursive: true, force: true})
}
