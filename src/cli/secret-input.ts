import {readFile} from 'node:fs/promises'
import {codeOf, MitraError} from '../errors.js'
import {Secret} from '../ports/secrets.js'
import {isInteractive} from './confirm.js'
import {readStdin} from './stdin.js'

interface Given {
  readonly name: string
  readonly isSecret: boolean
  /** From the command line. */
  readonly value?: string | undefined
  readonly stdin: boolean
  readonly file?: string | undefined
}

/** A value from the way that was chosen; one trailing newline is the editor's. Asks at a terminal. */
export async function givenSecret(given: Given): Promise<Secret> {
  const {name, isSecret, value, stdin, file} = given
  if (value !== undefined) {
    if (isSecret) throw inArguments(name)
    return new Secret(value)
  }
  if (stdin) return trimmed(await readStdin())
  if (file !== undefined) return trimmed(await textOf(file))
  if (!isInteractive()) throw noValue(given)
  return new Secret(await asked(name, isSecret))
}

function trimmed(text: string): Secret {
  return new Secret(text.replace(/\r?\n$/, ''))
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const what = codeOf(cause) === 'ENOENT' ? 'is not there' : `cannot be read (${codeOf(cause)})`
    throw new MitraError('usage', 'NO_FILE', `${file} ${what}.`, {hints: [], cause})
  }
}

async function asked(name: string, isSecret: boolean): Promise<string> {
  const {input, password} = await import('@inquirer/prompts')
  const context = {output: process.stderr}
  try {
    return isSecret
      ? await password({message: `${name} (not shown):`, mask: true}, context)
      : await input({message: `${name}:`}, context)
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExitPromptError') throw error
    throw new MitraError('interrupted', 'INTERRUPTED', 'Nothing was changed.')
  }
}

function inArguments(name: string): MitraError {
  const message = `${name} is a secret, and every user of this machine can read a command line.`
  return new MitraError('usage', 'SECRET_IN_ARGUMENTS', message, {
    hints: [
      'Use --stdin, --file FILE, or no value to be asked.',
      'Change the secret if it was a real one.',
    ],
  })
}

function noValue({name, isSecret}: Given): MitraError {
  return new MitraError(
    'usage',
    'NO_VALUE_GIVEN',
    `No value for ${name}, and nobody can be asked.`,
    {
      hints: isSecret ? ['Use --stdin or --file FILE.'] : ['Write the value behind the name.'],
    },
  )
}
