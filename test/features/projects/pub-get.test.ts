import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {DiskFiles} from '../../../src/adapters/files/disk-files.js'
import {HostPrograms} from '../../../src/adapters/process/programs.js'
import {applyPubGet, planPubGet} from '../../../src/features/projects/pub-get.js'
import {RecordedRun} from '../../fakes/run.js'

const tools = {files: new DiskFiles(), programs: new HostPrograms()}

describe('the packages of the app', () => {
  let root = ''
  const ids = async () => (await planPubGet(root, tools.files, false)).steps.map(({id}) => id)
  const apply = async () =>
    applyPubGet(await planPubGet(root, tools.files, false), {...tools, run: new RecordedRun()})

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'mitra-app-'))
    mkdirSync(join(root, 'flutter-app'))
    writeFileSync(join(root, 'flutter-app/pubspec.yaml'), 'name: app\n')
    // In place of Flutter: it notes what it was asked and locks the versions.
    const program = '#!/bin/sh\necho "$@" >> asked\necho 1 > pubspec.lock\n'
    writeFileSync(join(root, 'flutter'), program)
    chmodSync(join(root, 'flutter'), 0o755)
    vi.stubEnv('PATH', `${root}:/usr/bin:/bin`)
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(root, {recursive: true, force: true})
  })

  test('are got once, and again when pubspec.yaml changed', async () => {
    const first = await ids()
    await apply()
    const second = await ids()
    writeFileSync(join(root, 'flutter-app/pubspec.yaml'), 'name: other\n')

    expect([first, second, await ids()]).toEqual([['projects.packages'], [], ['projects.packages']])
    expect(readFileSync(join(root, 'flutter-app/asked'), 'utf8')).toBe('pub get\n')
  })

  test('are got again where flutter failed', async () => {
    writeFileSync(join(root, 'flutter'), '#!/bin/sh\necho no network\nexit 69\n')

    await expect(apply()).rejects.toMatchObject({
      code: 'APP_NOT_READY',
      message: 'flutter pub get ended with 69: no network',
    })
    expect(await ids()).toEqual(['projects.packages'])
  })
})
