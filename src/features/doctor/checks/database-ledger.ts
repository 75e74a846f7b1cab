import type {Check} from '../check.js'

export const databaseLedger: Check = {
  id: 'database.ledger',
  subject: 'The ledger of migrations',
  need: 'migrator',
  async look(tools) {
    const verified = await tools.ledgerFindings()
    if (verified === undefined) return {state: 'ok', title: 'Nothing was migrated here yet'}
    const [first, ...more] = verified
    if (first === undefined) return {state: 'ok', title: 'Files and ledger agree'}
    return {
      state: 'failed',
      title: `${first.what}${more.length === 0 ? '' : `, and ${more.length} more`}`,
      fix: [first.fix, 'mitra db verify'],
    }
  },
}
