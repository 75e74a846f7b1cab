import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Config} from '@oclif/core'
import {captureOutput} from '@oclif/test'
import {Ajv2020} from 'ajv/dist/2020.js'
import type {MitraCommand} from '../../src/cli/mitra-command.js'
import type {Tools} from '../../src/cli/tools.js'
import {repositoryRoot} from './cli.js'

type CommandClass<T> = new (
  argv: string[],
  config: Config,
  tools: Tools,
) => MitraCommand & {run(): Promise<T>}

export interface CommandRun<T> {
  readonly result: T | undefined
  readonly error: (Error & {code?: string | undefined; hints?: readonly string[]}) | undefined
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
  /** The one document that `--json` printed. */
  readonly json: unknown
}

let loaded: Promise<Config> | undefined

/**
 * Runs a command class with the tools given: real parsing, real output. With `--json` what it prints
 * must be one document that holds its schema, `schemas/<command>.json` or `schemas/error.json`.
 */
export async function run<T>(
  Command: CommandClass<T>,
  argv: readonly string[],
  tools: Tools,
): Promise<CommandRun<T>> {
  loaded ??= Config.load(repositoryRoot)
  const config = await loaded
  const exitBefore = process.exitCode
  process.exitCode = undefined
  try {
    const {result, error, stdout, stderr} = await captureOutput<unknown>(() =>
      new Command([...argv], config, tools)['_run'](),
    )
    const exitCode = exitCodeOf(error) ?? process.exitCode ?? 0
    const json = argv.includes('--json') ? checkedJson(stdout, schemaName(Command.name)) : undefined
    // What `_run` resolves to is what `run` returned.
    return {
      result: result as T | undefined,
      error,
      stdout,
      stderr,
      exitCode: Number(exitCode),
      json,
    }
  } finally {
    process.exitCode = exitBefore
  }
}

/** `DbMigrate` -> `db-migrate`: the class is named as the command is called. */
export function schemaName(className: string): string {
  return className.replaceAll(/(?<!^)([A-Z])/g, '-$1').toLowerCase()
}

/** Throws unless the text is one JSON document that holds the schema (or that of errors). */
export function checkedJson(text: string, schema: string): unknown {
  const parsed: unknown = JSON.parse(text)
  const isError = typeof parsed === 'object' && parsed !== null && 'error' in parsed
  const problem = schemaProblem(isError ? 'error' : schema, parsed)
  if (problem !== undefined) throw new Error(`schemas/${schema}.json: ${problem}\n${text}`)
  return parsed
}

/** What is wrong with a value by one of the schemas; undefined when nothing is. */
export function schemaProblem(schema: string, value: unknown): string | undefined {
  const text = readFileSync(join(repositoryRoot, 'schemas', `${schema}.json`), 'utf8')
  const ajv = new Ajv2020({allErrors: true, allowUnionTypes: true})
  const validate = ajv.compile(JSON.parse(text))
  return validate(value) ? undefined : ajv.errorsText(validate.errors)
}

function exitCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('oclif' in error)) return undefined
  const {oclif} = error
  if (typeof oclif !== 'object' || oclif === null || !('exit' in oclif)) return undefined
  return typeof oclif.exit === 'number' ? oclif.exit : undefined
}
