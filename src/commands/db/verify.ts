import {workspaceMigrations} from '../../cli/database-work.js'
import {MitraCommand} from '../../cli/mitra-command.js'
import {countOf} from '../../cli/plan-text.js'
import {MitraError} from '../../errors.js'
import {observeDatabase} from '../../features/migrations/state.js'
import {verifyLedger, type Verification} from '../../features/migrations/verify.js'

export default class DbVerify extends MitraCommand {
  static override summary = 'Check the ledger of migrations: files, chain, equal schemas.'
  static override description =
    'Every file that ran is there and unchanged, every record follows from the one before it, nothing is half done, and tenants with the same files came out of them the same. Exits 1 when something is found. Whether schemas were changed since is what `tenant drift` tells.'
  static override examples = ['<%= config.bin %> db verify', '<%= config.bin %> db verify --json']

  async run(): Promise<Verification> {
    await this.parse(DbVerify)
    await this.tools.workspace()
    const database = await this.tools.database()
    const {isBootstrapped, hasCurrentLedger} = await observeDatabase(database)
    if (isBootstrapped && !hasCurrentLedger) throw olderLedger()
    const verification = isBootstrapped
      ? await verifyLedger(database, await workspaceMigrations(this.tools))
      : {records: 0, findings: [], withoutFingerprint: 0}
    this.log(verificationText(verification))
    if (verification.findings.length > 0) this.exitWithFindings()
    return verification
  }
}

function verificationText({records, findings, withoutFingerprint}: Verification): string {
  const found = findings.map(({rule, what, fix}) => `${rule}: ${what}\n  > ${fix}`)
  const looked = `${countOf(records, 'record')} looked at`
  const old =
    withoutFingerprint === 0
      ? ''
      : `\n${countOf(withoutFingerprint, 'tenant')} without a fingerprint yet: the next migration records one.`
  const verdict =
    findings.length === 0
      ? `Nothing is wrong: ${looked}.`
      : `${countOf(findings.length, 'finding')}, ${looked}.`
  return [...found, `${verdict}${old}`].join('\n\n')
}

function olderLedger(): MitraError {
  return new MitraError('notReady', 'OLDER_LEDGER', 'The ledger is of another version of mitra.', {
    hints: ['mitra db migrate brings it up to date.'],
  })
}
