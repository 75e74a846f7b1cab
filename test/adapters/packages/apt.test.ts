import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {aptCommands, AptPackages} from '../../../src/adapters/packages/apt.js'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mitra-apt-'))
})

afterEach(async () => {
  await rm(folder, {recursive: true, force: true})
})

/** A program that says what apt said. */
async function saying(stdout: string, stderr: string): Promise<string> {
  const path = join(folder, `apt-get-${stdout.length}`)
  const words = [stdout, stderr].map((text) => `'${text.replaceAll("'", `'\\''`)}'`)
  await writeFile(path, `#!/bin/sh\nprintf %s ${words[0]}\nprintf %s ${words[1]} >&2\nexit 100\n`)
  await chmod(path, 0o755)
  return path
}

async function failureOf(stdout: string, stderr: string) {
  const path = await saying(stdout, stderr)
  const run = new AptPackages(true).run([path, 'install'], () => undefined)
  return run.catch((error: unknown) => error)
}

test('the command lines say what they do to whom, for root and through sudo', () => {
  const lines = (isRoot: boolean) => {
    const commands = aptCommands(isRoot)
    const from = {manifest: undefined, isUpgrade: false}
    return [
      commands.refresh(),
      commands.install(['git'], from),
      ...commands.purge(['git']),
      ...commands.removeGroups(['docker']),
    ].map((words) => words.join(' '))
  }

  expect(lines(true)).toEqual([
    'env DEBIAN_FRONTEND=noninteractive apt-get update -o APT::Update::Error-Mode=any -o DPkg::Lock::Timeout=120',
    'env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 git',
    'env DEBIAN_FRONTEND=noninteractive apt-get purge -y -o APT::Get::AutomaticRemove=false -o DPkg::Lock::Timeout=120 git',
    'env DEBIAN_FRONTEND=noninteractive groupdel docker',
  ])
  expect(lines(false)).toEqual(lines(true).map((line) => `sudo -n ${line}`))
})

test('where apt only says that dpkg failed, the cause is what dpkg said', async () => {
  const said = `Unpacking git (1:2.39.5-0+deb12u3) ...
dpkg: error processing archive /tmp/22-git_amd64.deb (--unpack):
 cannot copy extracted data for './usr/bin/git' to '/usr/bin/git.dpkg-new': failed to write (No space left on device)
dpkg-deb: error: paste subprocess was killed by signal (Broken pipe)
`
  const failure = await failureOf(said, 'E: Sub-process /usr/bin/dpkg returned an error code (1)\n')

  expect(failure).toMatchObject({
    message: expect.stringContaining('failed to write (No space left on device)'),
    hints: ['Free some disk space; apt-get clean helps.'],
  })
})

test('dpkg that could not even write down its own state is understood too', async () => {
  const failed = 'E: Sub-process /usr/bin/dpkg returned an error code (2)\n'
  const texts = [
    'dpkg: error: failed to write status database stanza: No space left on device\n',
    'dpkg: unrecoverable fatal error, aborting:\n unable to fill updates: No space left on device\n',
  ]
  const failures = await Promise.all(texts.map((text) => failureOf(text, failed)))

  const wanted = {hints: ['Free some disk space; apt-get clean helps.']}
  expect(failures).toMatchObject([wanted, wanted])
})

test('what apt says itself is the cause, with what to do', async () => {
  const failure = await failureOf(
    '',
    "E: Failed to fetch http://x  Temporary failure resolving 'x'\n",
  )

  expect(failure).toMatchObject({
    message: expect.stringContaining('Failed to fetch'),
    hints: ['Is there a network, and is the proxy right? Then run this again.'],
  })
})
