import {Command, Errors, type Config} from '@oclif/core'
import {exitCodes, MitraError} from '../errors.js'
import {redact} from './redact.js'
import {openTools, type Tools} from './tools.js'
import {usageError} from './usage-error.js'

/** Wires flags, tools and errors together. It holds no behaviour of any one feature. */
export abstract class MitraCommand extends Command {
  static override enableJsonFlag = true

  protected readonly tools: Tools

  constructor(argv: string[], config: Config, tools: Tools = openTools({version: config.version})) {
    super(argv, config)
    this.tools = tools
  }

  /** A plan was shown and not applied: 2 tells a script that there is something to do. */
  protected exitWithPlan(steps: number): void {
    if (steps > 0) process.exitCode = 2
  }

  /** A check found something: 1, though the command itself did its work. */
  protected exitWithFindings(): void {
    process.exitCode = 1
  }

  /** What was shown is of old or partial data: 5, though everything was done that could be. */
  protected exitDegraded(): void {
    process.exitCode = exitCodes.degraded
  }

  /** A program of the user's was run: its exit code is ours. */
  protected exitAsProgram(code: number): void {
    process.exitCode = code
  }

  protected override async catch(error: Error): Promise<unknown> {
    const shown = this.asShown(error)
    const exit = exitCodes[shown.kind]
    return super.catch(
      Object.assign(shown, {suggestions: [...shown.hints], exitCode: exit, oclif: {exit}}),
    )
  }

  protected override toErrorJson(error: unknown): unknown {
    const {code, message, hints} = this.asShown(error)
    return {error: {code, message, hints}}
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    await super.finally(error)
    await this.tools.close()
  }

  private asShown(error: unknown): MitraError {
    const words = (this.id ?? '').replaceAll(':', ' ')
    const shown = asForeseen(error, words)
    shown.message = redact(shown.message)
    // The message says it already; the vendor's own words and stack are for those who ask.
    if (process.env['DEBUG'] === undefined) delete shown.cause
    return shown
  }
}

function asForeseen(error: unknown, command: string): MitraError {
  if (error instanceof MitraError) return error
  if (error instanceof Errors.CLIError) return usageError(error.message, command)
  const text = error instanceof Error ? error.message : String(error)
  const hints = ['Run again with DEBUG=* and report what it prints.']
  return new MitraError('bug', 'UNEXPECTED', `mitra hit a bug: ${text}`, {hints, cause: error})
}
