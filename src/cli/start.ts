import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {exitCodes} from '../errors.js'

/** The entry of the built CLI. Answers `--version` without loading the framework. */
export async function start(entryUrl: string, argv = process.argv.slice(2)): Promise<void> {
  if (argv.length === 1 && ['--version', '-v', '-V'].includes(argv[0] ?? '')) {
    process.stdout.write(`mitra ${await packageVersion(entryUrl)}\n`)
    return
  }
  const {run, flush, handle} = await import('@oclif/core')
  try {
    await run(asHelpFlag(argv), {root: fileURLToPath(entryUrl)})
    await flush()
  } catch (error) {
    if (argv.includes('--json') && isUnknownCommand(error)) return printUnknown(error)
    // oclif's own handler ends the process with the code that the error carries.
    await handle(error instanceof Error ? error : new Error(String(error)))
  }
}

async function packageVersion(entryUrl: string): Promise<string> {
  const text = await readFile(new URL('../package.json', entryUrl), 'utf8')
  const manifest: {version: string} = JSON.parse(text)
  return manifest.version
}

/** `mitra help db migrate` is `mitra db migrate --help`. */
function asHelpFlag(argv: readonly string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv]
}

function isUnknownCommand(error: unknown): error is Error {
  return error instanceof Error && /^command .* not found$/.test(error.message)
}

function printUnknown(error: Error): void {
  const hints = ['mitra --help lists the commands.']
  const shown = {error: {code: 'UNKNOWN_COMMAND', message: `${error.message}.`, hints}}
  process.stdout.write(`${JSON.stringify(shown, undefined, 2)}\n`)
  process.exitCode = exitCodes.usage
}
