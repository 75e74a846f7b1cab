import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import plist from 'plist'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {Launchd} from '../../../src/adapters/schedule/launchd.js'

const command = {
  key: 'cost-report-0123456789ab',
  argv: ['/usr/local/bin/node', '/opt/mitra/bin/run.js', 'cost', 'report', '--send', 'a & b'],
  folder: '/Users/asha/agent mitra',
  at: {hour: 9, minute: 5},
  logFile: '/Users/asha/agent mitra/.mitra/cost-report.log',
} as const

let folder: string
let heard: string
const path = process.env['PATH']

/** launchctl as a program that writes down its words and remembers what is loaded. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mitra-launchd-'))
  heard = join(folder, 'heard')
  const loaded = join(folder, 'loaded')
  const program = `#!/bin/sh
[ "$1" = print ] && { [ -f '${loaded}' ]; exit; }
echo "$@" >> '${heard}'
case "$1" in bootstrap) touch '${loaded}' ;; bootout) rm '${loaded}' ;; esac
`
  writeFileSync(join(folder, 'launchctl'), program)
  chmodSync(join(folder, 'launchctl'), 0o755)
  process.env['PATH'] = [folder, path].join(delimiter)
})
afterEach(() => {
  process.env['PATH'] = path
  rmSync(folder, {recursive: true})
})

const label = `in.agentmitra.${command.key}`

test('the agent is a property list with the words, the folder and the time', () => {
  const entry = new Launchd({folder, userId: 501}).entryFor(command)

  expect(plist.parse(entry)).toMatchObject({
    Label: label,
    ProgramArguments: command.argv,
    WorkingDirectory: command.folder,
    StartCalendarInterval: {Hour: 9, Minute: 5},
    StandardErrorPath: command.logFile,
  })
})

test('is loaded when written, loaded anew when changed, unloaded when taken out', async () => {
  const launchd = new Launchd({folder, userId: 501})
  const entry = launchd.entryFor(command)
  await launchd.write(command.key, entry)
  expect(await launchd.read(command.key)).toBe(entry)
  await launchd.write(command.key, launchd.entryFor({...command, at: {hour: 7, minute: 0}}))
  await launchd.write(command.key, undefined)

  const file = join(folder, `${label}.plist`)
  expect(readFileSync(heard, 'utf8').trim().split('\n')).toEqual([
    `bootstrap gui/501 ${file}`,
    `bootout gui/501/${label}`,
    `bootstrap gui/501 ${file}`,
    `bootout gui/501/${label}`,
  ])
  expect(await launchd.read(command.key)).toBeUndefined()
})

test('a file that a kill left unloaded is not taken for the entry, and is loaded by the next run', async () => {
  const launchd = new Launchd({folder, userId: 501})
  const entry = launchd.entryFor(command)
  const file = join(folder, `${label}.plist`)
  writeFileSync(file, entry)

  expect(await launchd.read(command.key)).not.toBe(entry)
  expect(await launchd.read(command.key)).toBeDefined()
  await launchd.write(command.key, entry)
  expect(await launchd.read(command.key)).toBe(entry)
  expect(readFileSync(heard, 'utf8')).toBe(`bootstrap gui/501 ${file}\n`)
})

test('lists the programs that it runs', () => {
  const launchd = new Launchd({folder, userId: 501})

  expect(launchd.commands(command.key, {from: true, to: false})).toEqual([
    ['launchctl', 'bootout', `gui/501/${label}`],
  ])
})
