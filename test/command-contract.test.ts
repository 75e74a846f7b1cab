import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Command} from '@oclif/core'
import {expect, test} from 'vitest'
import {repositoryRoot} from './support/cli.js'

const folder = join(repositoryRoot, 'src/commands')

interface CommandModule {
  readonly default: Partial<Pick<Command.Class, 'args' | 'flags' | 'strict'>>
}

async function contractOf(file: string) {
  const id = file.slice(0, -'.ts'.length).replaceAll('/', ' ')
  const {default: command}: CommandModule = await import(join(folder, file))
  const {args = {}, flags = {}, strict = true} = command
  const schema = readFileSync(
    join(repositoryRoot, 'schemas', `${id.replaceAll(' ', '-')}.json`),
    'utf8',
  )
  const {properties}: {properties: Record<string, unknown>} = JSON.parse(schema)
  return [
    id,
    {
      args: Object.entries(args).map(([name, {required = false}]) => ({name, required})),
      takesMore: !strict,
      flags: Object.fromEntries(Object.entries(flags).map(([n, flag]) => [n, kept(flag)])),
      json: Object.keys(properties).toSorted(),
    },
  ]
}

function kept(flag: Command.Flag.Any) {
  const {type, char, env, required = false} = flag
  const options = 'options' in flag ? flag.options : undefined
  return {type, char, env, required, options}
}

test('ids, arguments, flags, variables and JSON keys are what they were', async () => {
  const files = readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.ts'))
    .toSorted()

  const contract = Object.fromEntries(await Promise.all(files.map(contractOf)))

  // A deliberate change is written by `npx vitest run test/command-contract.test.ts --update`.
  const text = `${JSON.stringify(contract, undefined, 2)}\n`
  await expect(text).toMatchFileSnapshot('./command-contract.json')
})
