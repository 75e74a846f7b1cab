import type {Check, DoctorTools, Finding} from '../check.js'

const mega = 1_000_000
const tooLittle = 300 * mega
const little = 2000 * mega

export const diskSpace: Check = {
  id: 'disk.space',
  subject: 'Free disk space',
  async look(tools) {
    const machine = await tools.machine()
    const places = await machine.storage(await layoutIfAny(tools))
    const [least, ...rest] = places.toSorted((a, b) => a.freeBytes - b.freeBytes)
    if (least === undefined) return {state: 'skipped', title: 'Free disk space'}
    const title = `${Math.floor(least.freeBytes / mega)} MB free for ${least.path}`
    return {...judge(least.freeBytes, [least, ...rest].length), title, ...fixFor(least.freeBytes)}
  },
}

function judge(free: number, places: number): Pick<Finding, 'state' | 'cause'> {
  if (free >= little) return {state: 'ok'}
  const cause = `The least of ${places} places that mitra writes to; Postgres stops when it is full.`
  return {state: free < tooLittle ? 'failed' : 'warning', cause}
}

function fixFor(free: number): Pick<Finding, 'fix'> {
  if (free >= little) return {}
  return {fix: ['Make room on that disk.', 'mitra reset --purge (deletes what resets set aside)']}
}

/** Without a workspace, or with broken settings, the machine's disks can still be seen. */
async function layoutIfAny(tools: DoctorTools) {
  return tools.workspace().then(
    ({layout}) => layout,
    () => undefined,
  )
}
