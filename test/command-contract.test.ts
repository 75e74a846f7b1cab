import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
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

  const path = join(repositoryRoot, 'test/command-contract.json')
  // A deliberate change: MITRA_WRITE_CONTRACT=1, then npx oxfmt, and the diff is read in the review.
  if (process.env['MITRA_WRITE_CONTRACT'] === '1') writeFileSync(path, JSON.stringify(contract))
  expect(JSON.parse(JSON.stringify(contract))).toEqual(JSON.parse(readFileSync(path, 'utf8')))
})
