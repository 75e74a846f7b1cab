import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {openTools, type Tools} from '../../src/cli/tools.js'
import Doctor from '../../src/commands/doctor.js'
import type {CheckResult, Diagnosis} from '../../src/features/doctor/diagnose.js'
import {serviceNames} from '../../src/ports/stack.js'
import {FakeMachine, FakeStack} from '../fakes/stack.js'
import {run} from './run.js'

// Free ones: whoever runs the tests may have a stack of their own on the usual ports.
export const patientPorts = {nginx: 24181, postgres: 24182, redis: 24183, objectStore: 24184}

/** What the doctor said, sorted by state. */
export interface Verdict {
  readonly healthy: boolean
  readonly exitCode: number
  readonly checks: readonly CheckResult[]
  readonly failed: readonly CheckResult[]
  readonly warnings: readonly string[]
  readonly skipped: readonly string[]
}

/** A workspace for the doctor: all of it real (files, settings, sockets) but the services. */
export class Patient {
  readonly folder = mkdtempSync(join(tmpdir(), 'mitra-doctor-'))
  readonly services = new FakeMachine()
  readonly #environment = {...process.env}

  constructor() {
    for (const name of serviceNames) this.services.present.add(name)
    // Settings of the person who runs the tests must not leak in.
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('MITRA_') && name !== 'MITRA_TEST_STRICT') delete process.env[name]
    }
    delete process.env['NODE_EXTRA_CA_CERTS']
    process.env['MITRA_WORKSPACE'] = this.folder
    process.env['MITRA_ENGINE'] = 'native'
  }

  makeWorkspace(settings = '', ports: Readonly<Record<string, number>> = patientPorts): void {
    const lines = Object.entries(ports).map(([name, port]) => `  ${name}: ${port}`)
    mkdirSync(join(this.folder, '.mitra'), {mode: 0o700})
    writeFileSync(join(this.folder, 'mitra.yml'), ['#', settings, 'ports:', ...lines].join('\n'))
    writeFileSync(join(this.folder, '.mitra/workspace.json'), '{"id": "0123456789ab"}')
  }

  keepPasswords(values: Readonly<Record<string, string>>): void {
    const path = join(this.folder, '.mitra/secrets.json')
    writeFileSync(path, JSON.stringify(values), {mode: 0o600})
  }

  tools(over: Partial<Tools> = {}): Tools {
    const stack = async () => new FakeStack({machine: this.services})
    return {...openTools({version: 'test'}), stack, ...over}
  }

  async verdict(tools = this.tools()): Promise<Verdict> {
    const {json, exitCode, stdout} = await run(Doctor, ['--json', '--deadline', '20'], tools)
    if (json === undefined) throw new Error(stdout)
    // `run` has checked it against schemas/doctor.json.
    const {healthy, checks} = json as Diagnosis
    const inState = (state: string) => checks.filter((one) => one.state === state)
    const idsOf = (state: string) => inState(state).map(({id}) => id)
    const failed = inState('failed')
    return {
      healthy,
      exitCode,
      checks,
      failed,
      warnings: idsOf('warning'),
      skipped: idsOf('skipped'),
    }
  }

  leave(): void {
    for (const name of Object.keys(process.env)) {
      if (!(name in this.#environment)) delete process.env[name]
    }
    Object.assign(process.env, this.#environment)
    rmSync(this.folder, {recursive: true, force: true})
  }
}
