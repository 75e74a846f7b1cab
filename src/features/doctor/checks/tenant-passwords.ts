import type {Check} from '../check.js'

const shown = 5

export const tenantPasswords: Check = {
  id: 'tenants.passwords',
  subject: 'Passwords of tenants',
  need: 'migrator',
  async look(tools) {
    const lacking = await tools.tenantsWithoutPassword()
    if (lacking.length === 0) return {state: 'ok', title: 'Every tenant has its password here'}
    const names = lacking.slice(0, shown).join(', ')
    return {
      state: 'warning',
      title: `No password here for ${names}${lacking.length > shown ? ', …' : ''}`,
      cause: 'secrets.json was lost or is of another workspace: nobody logs in as these tenants.',
      fix: ['Put .mitra/secrets.json back from a copy.'],
    }
  },
}
