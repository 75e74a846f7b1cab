import type {Check} from '../check.js'

export const pathEntries: Check = {
  id: 'path.entries',
  subject: 'PATH',
  async look(tools) {
    const host = await tools.host()
    const entries = (host.variables.get('PATH') ?? '').split(':')
    const relative = entries.filter((entry) => !entry.startsWith('/') && !entry.startsWith('~'))
    if (relative.length > 0) {
      return {
        state: 'warning',
        title: `PATH holds ${relative.map((entry) => JSON.stringify(entry)).join(', ')}`,
        cause: 'Which program runs depends on the folder that one is in.',
        fix: ['Take it out of PATH; an empty entry is the current folder.'],
      }
    }
    const places = await Promise.all(
      entries.map(async (entry) => ({entry, place: await host.place(entry)})),
    )
    const open = places.filter(({place}) => place?.isOpenToAll === true)
    if (open.length === 0) return {state: 'ok', title: `${entries.length} folders on PATH`}
    return {
      state: 'warning',
      title: `Every user may put programs into ${open.map(({entry}) => entry).join(', ')}`,
      cause: 'It is on PATH, so what they put there runs as you.',
      fix: open.map(({entry}) => `chmod o-w '${entry}'`),
    }
  },
}
