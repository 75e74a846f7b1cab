import type {Machine} from '../../../ports/machine.js'
import type {Check, Finding} from '../check.js'

const forOthers = 0o077

export const secretsPermissions: Check = {
  id: 'secrets.permissions',
  subject: 'Who can read the passwords',
  need: 'workspace',
  async look(tools) {
    const {layout} = await tools.workspace()
    const open = await openToOthers(layout.state, await tools.machine())
    if (open.length > 0) return openFinding(open)
    // Refused where the file is no JSON or another's: whatever reads a password says the same.
    const {length} = await (await tools.secrets()).names()
    if (length === 0) return {state: 'ok', title: 'No passwords were made yet'}
    return {state: 'ok', title: `${length} passwords, readable by you alone`}
  },
}

interface OpenPlace {
  readonly path: string
  readonly mode: number
  readonly right: number
  readonly title: string
}

/** The file comes first: its title is in the words of whatever reads a password, so that both are one finding. */
async function openToOthers(state: string, machine: Machine): Promise<readonly OpenPlace[]> {
  const file = `${state}/secrets.json`
  const places = [
    {path: file, right: 0o600, title: `${file} can be read by others`},
    {path: state, right: 0o700, title: `${state} is open to others`},
  ]
  const found = await Promise.all(
    places.map(async (place) => ({...place, mode: (await machine.permissions(place.path))?.mode})),
  )
  return found.flatMap(({mode = 0, ...place}) =>
    (mode & forOthers) === 0 ? [] : [{...place, mode}],
  )
}

function openFinding(open: readonly OpenPlace[]): Finding {
  const cause = open.map(
    ({path, mode, right}) => `The mode of ${path} is ${octal(mode)}, not ${octal(right)}.`,
  )
  return {
    state: 'failed',
    title: open[0]?.title ?? '',
    cause: cause.join(' '),
    fix: open.map(({path, right}) => `chmod ${octal(right)} '${path}'`),
    repairs: open.map(({path, right}) => ({kind: 'mode', path, mode: right})),
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0')
}
