import type {Check} from '../check.js'

export const localeSettings: Check = {
  id: 'machine.locale',
  subject: 'The locale',
  async look(tools) {
    const {variables} = await tools.host()
    const name = ['LC_ALL', 'LC_CTYPE', 'LANG'].find((one) => Boolean(variables.get(one)))
    if (name === undefined) return {state: 'ok', title: 'No locale is set'}
    const value = variables.get(name) ?? ''
    const title = `${name} is ${value}`
    // Python and Postgres take UTF-8 in the C locale by themselves today.
    if (/utf-?8/i.test(value) || /^(C|POSIX)$/.test(value)) return {state: 'ok', title}
    return {
      state: 'warning',
      title,
      cause: 'That is no UTF-8: names in Indian scripts come out garbled in other programs.',
      fix: [`export ${name}=C.UTF-8`],
    }
  },
}
