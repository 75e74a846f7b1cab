import {closest, distance} from 'fastest-levenshtein'
import type {Check} from '../check.js'

const mostEdits = 2

export const settingsVariables: Check = {
  id: 'settings.variables',
  subject: 'Variables that begin with MITRA_',
  async look(tools) {
    const {variables} = await tools.host()
    const known = await tools.settingVariables()
    const misspelt = [...variables.keys()].flatMap((name) => {
      const meant = name.startsWith('MITRA_') ? closest(name, [...known]) : name
      const isNear = meant !== name && distance(name, meant) <= mostEdits
      return isNear && !known.includes(name) ? [{name, meant}] : []
    })
    if (misspelt.length === 0) return {state: 'ok', title: 'None looks misspelt'}
    return {
      state: 'warning',
      title: `${misspelt.map(({name}) => name).join(', ')} means nothing to mitra`,
      cause: 'A misspelt variable is passed over, and the usual value is taken.',
      fix: misspelt.map(({name, meant}) => `Did you mean ${meant}? unset ${name}`),
    }
  },
}
