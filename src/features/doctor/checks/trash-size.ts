import type {Check} from '../check.js'

const mega = 1_000_000
const much = 1000 * mega

export const trashSize: Check = {
  id: 'trash.size',
  subject: 'Data that resets set aside',
  need: 'engine',
  async look(tools) {
    const trashed = await (await tools.stack()).trashed()
    if (trashed.length === 0) return {state: 'ok', title: 'No data are set aside'}
    const bytes = trashed.reduce((sum, set) => sum + set.bytes, 0)
    const sets = trashed.length === 1 ? '1 set' : `${trashed.length} sets`
    const title = `${sets} of data set aside, ${Math.ceil(bytes / mega)} MB`
    if (bytes < much) return {state: 'ok', title}
    return {state: 'warning', title, fix: ['mitra reset --purge (deletes them for good)']}
  },
}
