import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {exitCodes} from '../errors.js'
import {isLeavingSoon, leaveSoon} from './leaving.js'

/** The entry of the built CLI. Answers `--version` without loading the framework. */
export async function start(entryUrl: string, argv = process.argv.slice(2)): Promise<void> {
  if (argv.length === 1 && ['--version', '-v', '-V'].includes(argv[0] ?? '')) {
    process.stdout.write(`mitra ${await packageVersion(entryUrl)}\n`)
    return
  }
  const {run, flush, handle} = await import('@oclif/core')
  const root = fileURLToPath(entryUrl)
  try {
    await run(asHelpFlag(argv), {root})
    await Promise.race([flush(), readerGone()])
    if (isLeavingSoon()) leaveSoon()
  } catch (error) {
    const word = error instanceof Error ? unknownCommand(error) : undefined
    if (word !== undefined) return printUnknown(word, await nearestCommand(word, root), argv)
    // oclif's own handler ends the process with the code that the error carries.
    await handle(error instanceof Error ? error : new Error(String(error)))
  }
}

/** Where nobody reads any more, as behind `head`, flushing would wait for ever. */
function readerGone(): Promise<void> {
  return new Promise((resolve) => process.stdout.once('error', () => resolve()))
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

function unknownCommand(error: Error): string | undefined {
  return /^command (.*) not found$/.exec(error.message)?.[1]?.replaceAll(':', ' ')
}

async function nearestCommand(word: string, root: string): Promise<string | undefined> {
  const [{Config}, {closest, distance}] = await Promise.all([
    import('@oclif/core'),
    import('fastest-levenshtein'),
  ])
  const {commandIDs} = await Config.load(root)
  const near = closest(
    word,
    commandIDs.map((id) => id.replaceAll(':', ' ')),
  )
  return distance(word, near) <= Math.max(word.length > 3 ? 2 : 1, Math.floor(word.length / 3))
    ? near
    : undefined
}

function printUnknown(word: string, near: string | undefined, argv: readonly string[]): void {
  const message = `No such command: ${word}.`
  const hints = [
    ...(near === undefined ? [] : [`Did you mean mitra ${near}?`]),
    'mitra --help lists the commands.',
  ]
  if (argv.includes('--json')) {
    const shown = {error: {code: 'UNKNOWN_COMMAND', message, hints}}
    process.stdout.write(`${JSON.stringify(shown, undefined, 2)}\n`)
  } else {
    process.stderr.write(`Error: ${[message, ...hints].join('\n  ')}\n`)
  }
  process.exitCode = exitCodes.usage
}
