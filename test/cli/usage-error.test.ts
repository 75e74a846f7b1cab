import {Config} from '@oclif/core'
import {captureOutput} from '@oclif/test'
import {describe, expect, test} from 'vitest'
import Doctor from '../../src/commands/doctor.js'
import EnvGet from '../../src/commands/env/get.js'
import Setup from '../../src/commands/setup.js'
import {MitraHelp} from '../../src/cli/help.js'
import type {Tools} from '../../src/cli/tools.js'
import {repositoryRoot} from '../support/cli.js'
import {Patient} from '../support/patient.js'
import {run} from '../support/run.js'

const commands = {
  Setup: (argv: readonly string[], tools: Tools) => run(Setup, argv, tools),
  Doctor: (argv: readonly string[], tools: Tools) => run(Doctor, argv, tools),
  EnvGet: (argv: readonly string[], tools: Tools) => run(EnvGet, argv, tools),
}

describe('a command line that does not hold', () => {
  test.each([
    [
      'Setup',
      ['--tools-only'],
      '--tools-only needs --profile.',
      'Give --profile too, or leave out --tools-only.',
    ],
    [
      'Doctor',
      ['--compare', 'x'],
      '--compare needs --fingerprint.',
      'Give --fingerprint too, or leave out --compare.',
    ],
    [
      'Doctor',
      ['--fix', '--list'],
      '--fix and --list do not go together.',
      'Leave out --fix or --list.',
    ],
    [
      'Doctor',
      ['--bogus'],
      'Nonexistent flag: --bogus',
      expect.stringMatching(/--help shows its arguments and flags/),
    ],
    ['EnvGet', [], /^Missing: ENVIRONMENT/, expect.stringMatching(/^environment +\(local/)],
    [
      'EnvGet',
      ['moon'],
      /^Expected moon to be one of: local/,
      expect.stringMatching(/--help shows its arguments and flags/),
    ],
  ] as const)(
    '%s %j is told in one sentence, with what to do',
    async (command, argv, message, hint) => {
      const patient = new Patient()

      const {error, exitCode} = await commands[command](argv, patient.tools())

      expect(exitCode).toBe(2)
      expect(error?.message).toMatch(message)
      expect(error?.hints).toContainEqual(hint)
      patient.leave()
    },
  )
})

test.each([
  ['setup', '[--undo | [--tools-only --profile backend|mobile|full]]'],
  ['up', '[SERVICE...]'],
  ['logs', '[SERVICE...]'],
])('the usage of %s has no gaps and names its arguments', async (id, part) => {
  const config = await Config.load(repositoryRoot)
  const help = new MitraHelp(config, {maxWidth: 1000})

  const {stdout} = await captureOutput(() => help.showHelp([id]))

  expect(stdout).toContain(part)
  expect(stdout).not.toMatch(/\|\s+\||\s\]/)
})
