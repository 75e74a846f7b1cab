import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {openTools, type Tools} from '../../src/cli/tools.js'
import CostReport from '../../src/commands/cost/report.js'
import type {CostLedger, CostSource} from '../../src/ports/costs.js'
import type {Heartbeat} from '../../src/ports/notifier.js'
import {exportText} from '../adapters/focus/exports.js'
import {FakeNotifier} from '../fakes/notifier.js'
import {ledgerOf, steady} from '../features/cost/report/reports.js'
import {run, type CommandRun} from './run.js'

/** Reports of a machine without a workspace: all real but the time, the bill and the ways to people. */
export class ReportDesk {
  readonly folder = mkdtempSync(join(tmpdir(), 'mitra-report-'))
  readonly slack = new FakeNotifier('slack')
  readonly email = new FakeNotifier('email')
  /** What the dead man's switch heard. */
  readonly beats: string[] = []
  now = '2026-11-24T06:00:00Z'
  readonly #environment = {...process.env}

  constructor() {
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('MITRA_') && name !== 'MITRA_TEST_STRICT') delete process.env[name]
    }
    process.env['MITRA_WORKSPACE'] = join(this.folder, 'none')
    process.env['XDG_STATE_HOME'] = join(this.folder, 'state')
  }

  tools(bill: CostLedger = ledgerOf(steady(300)), over: Partial<Tools> = {}): Tools {
    const source: CostSource = {
      ledger: async () => bill,
      detail: async () => undefined,
      spent: () => bill.spent,
    }
    return {
      ...openTools({version: 'test'}),
      clock: () => ({now: () => new Date(this.now), sleep: async () => undefined}),
      costSource: async () => source,
      notifier: async (channel) => (channel === 'slack' ? this.slack : this.email),
      heartbeat: async () => this.#heartbeat(),
      ...over,
    }
  }

  report(argv: readonly string[], tools = this.tools()): Promise<CommandRun<ReportResult>> {
    return run(CostReport, argv, tools)
  }

  /** An export of these charges, as `--from` takes it. */
  exported(charges: readonly Readonly<Record<string, string>>[]): string {
    const path = join(this.folder, 'bill.csv')
    writeFileSync(path, exportText(charges))
    return path
  }

  leave(): void {
    for (const name of Object.keys(process.env)) {
      if (!(name in this.#environment)) delete process.env[name]
    }
    Object.assign(process.env, this.#environment)
    rmSync(this.folder, {recursive: true, force: true})
  }

  #heartbeat(): Heartbeat {
    const beat = (text: string) => async () => void this.beats.push(text)
    return {
      start: beat('start'),
      success: beat('success'),
      fail: async (reason) => void this.beats.push(`fail ${reason}`),
    }
  }
}

type ReportResult = Awaited<ReturnType<CostReport['run']>>
