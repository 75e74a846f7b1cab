import {mkdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {BackendStatus, KeptBackend} from '../../ports/kept-backend.js'
import type {WorkspaceLayout} from '../../ports/workspace.js'
import {askHttp} from '../probes/http.js'
import {allowedEnvironment} from '../process/run.js'
import {claimDevRun, devRunPid} from './dev-run.js'
import {openLog, startKept} from './keeper.js'
import {failureOfKept, startUntilHealthy, stopAlone, type KeptProcess} from './kept-process.js'
import {followLogs, lastLines, sizeOfLog} from './log-files.js'
import {memoryOf} from './memory.js'
import type {NativePlace} from './place.js'
import {readRecorded, register} from './registry.js'

interface BackendSettings {
  readonly layout: WorkspaceLayout
  readonly port: number
  readonly startTimeoutMs: number
}

const folderName = 'python-backend'

// Its reaper ends whoever works in the folder of a kept process, and a shell of the user may stand in
// python-backend/: so the process is started elsewhere and goes there itself.
const goThere = 'cd "$1" && shift && exec "$@"'

/** uvicorn under a keeper, as the user who called mitra. */
export class ProcessBackend implements KeptBackend {
  readonly port: number
  readonly #settings: BackendSettings
  readonly #place: Pick<NativePlace, 'account' | 'log' | 'run'>
  readonly #folder: string
  readonly #devRun: string

  constructor(settings: BackendSettings) {
    this.port = settings.port
    this.#settings = settings
    const {state} = settings.layout
    this.#folder = join(state, 'backend')
    this.#devRun = join(state, 'run', 'dev.json')
    this.#place = {
      account: undefined,
      run: (name) => join(state, 'run', name),
      log: (name) => join(state, 'logs', `${name}.log`),
    }
  }

  async status(): Promise<BackendStatus> {
    const {registered, pid, isStarting} = readRecorded(this.#place.run('backend'))
    const devPid = devRunPid(this.#devRun)
    const port = devPid === undefined ? (registered?.port ?? this.port) : this.port
    const common = {
      name: 'backend',
      kind: 'uvicorn',
      url: `http://127.0.0.1:${port}`,
      port,
      version: undefined,
      memoryBytes: pid === undefined ? undefined : memoryOf(pid),
      failure: undefined,
      inputs: registered?.inputs,
      devPid,
    } as const
    if (devPid !== undefined) return {...common, state: await answerState(port)}
    if (registered === undefined) return {...common, state: 'stopped'}
    if (isStarting) return {...common, state: 'starting'}
    if (pid === undefined) {
      return {...common, state: 'failed', failure: failureOfKept(this.#kept())}
    }
    return {...common, state: await answerState(port)}
  }

  async start(argv: readonly [string, ...string[]], inputs: string): Promise<void> {
    for (const folder of [this.#folder, dirname(this.#place.run('backend'))]) {
      mkdirSync(folder, {recursive: true, mode: 0o700})
    }
    await startUntilHealthy(this.#kept(inputs, argv))
  }

  async leaveToDev(): Promise<() => Promise<void>> {
    const takeBack = claimDevRun(this.#devRun)
    return async () => takeBack()
  }

  async stop(): Promise<void> {
    const {registered, isPidFileThere} = readRecorded(this.#place.run('backend'))
    if (registered === undefined && !isPidFileThere) return
    await stopAlone(this.#kept())
  }

  async *logs({tail, follow, signal}: Parameters<KeptBackend['logs']>[0]) {
    const path = this.#place.log('backend')
    for (const text of lastLines(path, tail)) yield {service: 'backend' as const, text}
    if (follow) yield* followLogs(new Map([['backend' as const, path]]), signal)
  }

  #kept(inputs = '', argv: readonly string[] = []): KeptProcess {
    const {layout, startTimeoutMs: timeoutMs} = this.#settings
    const {port} = this
    return {
      name: 'backend',
      base: this.#place.run('backend'),
      log: this.#place.log('backend'),
      locks: join(layout.state, 'locks'),
      port,
      timeoutMs,
      pythonProject: folderName,
      isSame: (registered) => registered.port === port && registered.inputs === inputs,
      isHealthy: () => isHealthy(port),
      launch: async () => this.#launch(argv, inputs),
    }
  }

  #launch(argv: readonly string[], inputs: string): void {
    const log = openLog('backend', this.#place)
    register(this.#place.run('backend'), {
      kind: 'uvicorn',
      version: '',
      port: this.port,
      generation: 1,
      folder: this.#folder,
      stopSignal: 'TERM',
      startedAt: new Date().toISOString(),
      logFrom: sizeOfLog(this.#place.log('backend')),
      inputs,
    })
    const project = join(this.#settings.layout.root, folderName)
    const there = ['/bin/sh', '-c', goThere, 'mitra-backend', project]
    // Nothing is written into a repository that has to stay as it is.
    const python = {PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1'}
    const env = {...allowedEnvironment(), ...python}
    const launch = {
      argv: [...there, ...argv],
      env,
      folder: this.#folder,
      stopSignal: 'TERM',
    } as const
    startKept('backend', {launch, runtime: {}, place: this.#place, log})
  }
}

async function answerState(port: number): Promise<'healthy' | 'starting'> {
  return (await isHealthy(port)) ? 'healthy' : 'starting'
}

async function isHealthy(port: number): Promise<boolean> {
  return (await askHttp(port, '/health'))?.status === 200
}
