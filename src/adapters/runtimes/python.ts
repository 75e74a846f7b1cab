import {existsSync} from 'node:fs'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {runProgram} from '../process/run.js'
import {cachedFolder, fillCache, isCached} from './cache.js'
import {platformName} from './catalog.js'
import {extractApt} from './apt.js'
import {WayClosed} from './must-run.js'
import {candidates} from './on-path.js'

type Note = (text: string) => void

/** A Python that has pip, and what it must be told to find itself. */
export interface Pip {
  readonly python: string
  readonly env: Readonly<Record<string, string>>
}

const aptName = `python-apt-${platformName}`
const pipModule = 'usr/lib/python3/dist-packages/pip/__init__.py'

/** This machine's own pip; else one taken out of apt's packages, beside the other runtimes. */
export async function findPip(note: Note): Promise<Pip> {
  for (const python of ['python3', 'python']) {
    if (await hasPip({python, env: {}})) return {python, env: {}}
  }
  if (candidates('apt-get').length === 0) throw new WayClosed('there is no Python with pip')
  if (!(await isCached(aptName, pipModule))) {
    await fillCache(aptName, pipModule, (folder) => extractApt(['python3-pip'], folder, note))
  }
  const pip = await extractedPip(cachedFolder(aptName))
  if (await hasPip(pip)) return pip
  throw new WayClosed("apt's Python does not run on this machine")
}

async function extractedPip(folder: string): Promise<Pip> {
  const modules = join(folder, 'usr/lib/python3/dist-packages')
  const own = join(folder, 'usr/bin/python3')
  // apt brings what is missing alone: Python itself may be installed already.
  if (!existsSync(own)) return {python: 'python3', env: {PYTHONPATH: modules}}
  const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].flatMap((triple) =>
    ['usr/lib', 'lib'].map((part) => join(folder, part, triple)),
  )
  const env = {
    PYTHONHOME: join(folder, 'usr'),
    PYTHONPATH: modules,
    LD_LIBRARY_PATH: libraries.join(':'),
    ...(await ownRoots(folder)),
  }
  return {python: own, env}
}

/** On a machine without certificates Python gets those that Node brings. */
async function ownRoots(folder: string): Promise<Readonly<Record<string, string>>> {
  if (process.env['PIP_CERT'] || existsSync('/etc/ssl/certs/ca-certificates.crt')) return {}
  const {rootCertificates} = await import('node:tls')
  const file = join(folder, 'roots.pem')
  if (!existsSync(file)) await writeFile(file, `${rootCertificates.join('\n')}\n`)
  return {PIP_CERT: file}
}

async function hasPip({python, env}: Pip): Promise<boolean> {
  const argv = ['-m', 'pip', '--version']
  const result = await runProgram(python, argv, {env, timeoutMs: 20_000}).catch(() => undefined)
  return result?.code === 0
}
