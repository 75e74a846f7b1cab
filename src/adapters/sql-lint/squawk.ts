import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {basename, dirname, join} from 'node:path'
import {messageOf, MitraError} from '../../errors.js'
import type {DdlChecker, DdlFile, DdlFinding, DdlOptions} from '../../ports/ddl-checker.js'
import {lastLine, runProgram} from '../process/run.js'

const require = createRequire(import.meta.url)
const {version} = require('squawk-cli/package.json') as {readonly version: string}

/** One line of `squawk --reporter json`; lines and columns are counted from 0. */
interface Reported {
  readonly file: string
  readonly line: number
  readonly message: string
  readonly help: string | null
  readonly rule_name: string
}

/** squawk, whose program comes as a package of the platform. */
export class Squawk implements DdlChecker {
  readonly version = `squawk ${version}`

  async check(
    files: readonly DdlFile[],
    options: DdlOptions,
  ): Promise<readonly (readonly DdlFinding[])[]> {
    const program = squawkProgram()
    const folder = await mkdtemp(join(tmpdir(), 'mitra-squawk-'))
    try {
      const [inside, outside] = [true, false].map((isIn) =>
        files.flatMap((file, index) => (file.isInTransaction === isIn ? [index] : [])),
      )
      const names = files.map((_, index) => `${index}.sql`)
      await Promise.all(files.map(({sql}, index) => writeFile(join(folder, `${index}.sql`), sql)))
      const found = await Promise.all([
        report(program, folder, inside ?? [], [...options.excluded.flatMap(exclusion), ...within]),
        report(program, folder, outside ?? [], options.excluded.flatMap(exclusion)),
      ])
      return names.map((name) =>
        found.flat().flatMap((one) => (basename(one.file) === name ? [asFinding(one)] : [])),
      )
    } finally {
      await rm(folder, {recursive: true, force: true})
    }
  }
}

const within = ['--assume-in-transaction']
const exclusion = (rule: string) => ['--exclude', rule]

async function report(
  program: string,
  folder: string,
  indexes: readonly number[],
  flags: readonly string[],
): Promise<readonly Reported[]> {
  if (indexes.length === 0) return []
  const names = indexes.map((index) => `${index}.sql`)
  const argv = ['--reporter', 'json', '--pg-version', '16', ...flags, ...names]
  const result = await runProgram(program, argv, {cwd: folder, timeoutMs: 60_000})
  try {
    return JSON.parse(result.stdout) as readonly Reported[]
  } catch (cause) {
    const message = `squawk ended with ${result.code}: ${lastLine(result)}.`
    throw new MitraError('failed', 'SQUAWK_FAILED', message, {
      hints: ['mitra db migrate --no-lint runs migrations without looking at them.'],
      cause,
    })
  }
}

function asFinding({rule_name: rule, line, message, help}: Reported): DdlFinding {
  return {rule, line: line + 1, message, fix: help ?? undefined}
}

function squawkProgram(): string {
  const platform = `${process.platform}-${process.arch}`
  try {
    // The platform's package is a dependency of squawk-cli, not of ours.
    const own = createRequire(join(dirname(require.resolve('squawk-cli/package.json')), 'js'))
    return own.resolve(`@squawk-cli/${platform}/bin/squawk`)
  } catch (cause) {
    const message = `squawk is not installed for ${platform}: ${messageOf(cause)}.`
    throw new MitraError('notReady', 'NO_SQUAWK', message, {
      hints: [
        'npm ci installs it; --omit=optional leaves it out.',
        'mitra db migrate --no-lint runs migrations without looking at them.',
      ],
      cause,
    })
  }
}
