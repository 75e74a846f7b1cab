import {readFile, stat} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'
import {MitraError} from '../errors.js'

export const settingsFileName = 'mitra.yml'

/** In mitra's own checkout the workspace lies in this git-ignored folder. */
const checkoutWorkspace = 'workspace'

/**
 * The workspace that `start` lies in: `MITRA_WORKSPACE`, else the nearest folder upwards with a
 * mitra.yml, else `workspace/` of mitra's own checkout. Undefined when there is none yet.
 */
export async function findWorkspace(
  start: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const named = environment['MITRA_WORKSPACE']
  if (named !== undefined && named !== '') {
    const root = resolve(start, named)
    return (await isFile(join(root, settingsFileName))) ? root : undefined
  }
  for (const folder of upwards(start)) {
    if (await isFile(join(folder, settingsFileName))) return folder
    if (await isCheckout(folder)) {
      const root = join(folder, checkoutWorkspace)
      return (await isFile(join(root, settingsFileName))) ? root : undefined
    }
  }
  return undefined
}

/** Where `init` would make one: the folder named, `workspace/` inside mitra's checkout, else here. */
export async function newWorkspaceFolder(
  start: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const named = environment['MITRA_WORKSPACE']
  if (named !== undefined && named !== '') return resolve(start, named)
  for (const folder of upwards(start)) {
    if (await isCheckout(folder)) return join(folder, checkoutWorkspace)
  }
  return start
}

/** `root` is the folder of a mitra.yml whose `.mitra` is not there: a fresh clone of a workspace. */
export function noWorkspace(start: string, root: string | undefined): MitraError {
  if (root !== undefined) {
    const message = `${root} has settings, but was not set up on this machine.`
    return new MitraError('config', 'NOT_SET_UP', message, {hints: ['mitra setup']})
  }
  return new MitraError('config', 'NO_WORKSPACE', `No ${settingsFileName} in ${start} or above.`, {
    hints: [
      'mitra setup makes a workspace here and fills it.',
      'mitra init only writes its files.',
    ],
  })
}

function upwards(start: string): readonly string[] {
  const parent = dirname(start)
  return parent === start ? [start] : [start, ...upwards(parent)]
}

async function isCheckout(folder: string): Promise<boolean> {
  if (!(await isFile(join(folder, 'templates', 'workspace', settingsFileName)))) return false
  try {
    const text = await readFile(join(folder, 'package.json'), 'utf8')
    const manifest: unknown = JSON.parse(text)
    return (
      typeof manifest === 'object' &&
      manifest !== null &&
      'name' in manifest &&
      manifest.name === 'mitra'
    )
  } catch {
    return false
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}
