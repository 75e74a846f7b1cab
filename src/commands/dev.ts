import {Flags} from '@oclif/core'
import {foundEnvironment, localPlaces} from '../cli/environment-work.js'
import {planFlag} from '../cli/flags.js'
import {MitraCommand} from '../cli/mitra-command.js'
import {planText} from '../cli/plan-text.js'
import {prefixedLog} from '../cli/prefixed-log.js'
import {runPlan} from '../cli/run-plan.js'
import {MitraError} from '../errors.js'
import {applyEnvironmentInit, planEnvironmentInit} from '../features/environments/init.js'
import {applySchemaFile, planSchemaFile} from '../features/environments/schema-file.js'
import {applyProject, serveCommand, planProject} from '../features/projects/backend.js'
import type {Step} from '../ports/journal.js'

interface DevResult {
  readonly applied: boolean
  readonly plan: readonly Step[]
  /** What is run when all is there. */
  readonly command: readonly string[]
}

export default class Dev extends MitraCommand {
  static override summary = 'Run the backend with reload, until Ctrl-C.'
  static override description =
    'Makes the venv, the requirements and .env.local of python-backend/ first where they are missing. The second Ctrl-C kills.'
  static override examples = [
    '<%= config.bin %> dev --plan',
    "<%= config.bin %> dev --grep 'ERROR|WARN'",
  ]
  static override flags = {
    plan: planFlag,
    grep: Flags.string({summary: 'Show only lines that match this regular expression.'}),
  }

  async run(): Promise<DevResult> {
    const {flags} = await this.parse(Dev)
    if (this.jsonEnabled() && !flags.plan) {
      throw new MitraError('usage', 'DEV_JSON', '--json is one document: it cannot follow.', {
        hints: ['Add --plan or leave out --json.'],
      })
    }
    const {layout} = await this.tools.workspace()
    const {backend: port, nginx} = await this.tools.ports()
    const log = prefixedLog('backend', flags.grep)
    const prepared = await this.prepare(flags.plan)
    const folder = `${layout.root}/python-backend`
    const argv = serveCommand(folder, port)
    const result = {...prepared, command: argv}
    if (flags.plan) {
      this.exitWithPlan(result.plan.length)
      this.log(planText(result.plan))
      return result
    }

    await this.needServices()
    await this.needFreePort(port)
    this.logToStderr(`The backend is on http://127.0.0.1:${nginx}/api/. Ctrl-C ends it.`)
    const {code, isStopped} = await (
      await this.tools.foreground()
    ).run({
      argv,
      folder,
      onLine: log,
    })
    if (isStopped) return result
    throw new MitraError('failed', 'BACKEND_ENDED', `The backend ended by itself with ${code}.`, {
      hints: ['Its last lines above say why.'],
    })
  }

  private async prepare(isPlanOnly: boolean) {
    const {layout} = await this.tools.workspace()
    const [files, programs] = [await this.tools.files(), await this.tools.programs()]
    const template = await (await this.tools.templates()).read('environments')
    const {plan, applied} = await runPlan({
      tools: this.tools,
      command: 'dev',
      isPlanOnly,
      observe: async () => {
        const backend = await planProject(layout.root, {files, programs})
        const schemaFile = await planSchemaFile(template, layout, files)
        const schema = await this.tools.environmentSchema()
        const found = await foundEnvironment(this.tools, 'local')
        const file = planEnvironmentInit({schema, ...found})
        return {
          backend,
          schemaFile,
          file,
          steps: [...backend.steps, ...schemaFile.steps, ...file.steps],
        }
      },
      apply: async (planned, {run}) => {
        await applyProject(planned.backend, {files, programs, run})
        await applySchemaFile(planned.schemaFile, {files, run})
        const [places, secrets] = [await localPlaces(this.tools), await this.tools.secrets()]
        await applyEnvironmentInit(planned.file, {files, layout, run, places, secrets})
      },
    })
    return {plan: plan.steps, applied}
  }

  private async needServices(): Promise<void> {
    const states = await (await this.tools.stack()).states()
    const missing = [...states].filter(([, {state}]) => state !== 'healthy').map(([name]) => name)
    if (missing.length === 0) return
    throw new MitraError('notReady', 'NO_SERVICES', `Not running: ${missing.join(', ')}.`, {
      hints: ['mitra up'],
    })
  }

  private async needFreePort(port: number): Promise<void> {
    const sockets = await this.tools.sockets()
    if (await sockets.isPortFree(port)) return
    const holder = await sockets.portHolder(port)
    const who =
      holder?.pid === undefined ? 'another program' : `${holder.command ?? '?'} (pid ${holder.pid})`
    throw new MitraError('refused', 'PORT_TAKEN', `Port ${port} is taken by ${who}.`, {
      hints: ['End it, or set ports.backend in mitra.yml.'],
    })
  }
}
