import {execFileSync} from 'node:child_process'
import {tmpdir} from 'node:os'
import {describe, expect, test} from 'vitest'
import {ProcessGroups} from '../../../src/adapters/process/group.js'

describe('a program in a process group of its own', () => {
  const run = (script: string, onLine: (line: string) => void = () => undefined) =>
    new ProcessGroups().run({argv: ['sh', '-c', script], folder: tmpdir(), onLine})

  test('gives its lines and its exit code', async () => {
    const lines: string[] = []

    const ended = await run('echo one; echo two >&2; exit 3', (line) => lines.push(line))

    expect(ended).toEqual({code: 3, isStopped: false})
    expect(lines.toSorted()).toEqual(['one', 'two'])
  })

  test('leaves no process when it is stopped, though a child ignores the signal', async () => {
    const script = '(trap "" INT; while :; do sleep 0.1; done) & echo $!; wait'
    let child = 0

    const ended = await run(script, (line) => {
      child = Number(line)
      process.emit('SIGINT')
    })

    expect(ended.isStopped).toBe(true)
    expect(child).toBeGreaterThan(0)
    expect(stateOf(child)).toMatch(/^Z?$/)
  })

  test('that does not exist is an error with its name', async () => {
    const missing = new ProcessGroups().run({
      argv: ['no-such-program'],
      folder: tmpdir(),
      onLine: () => undefined,
    })

    await expect(missing).rejects.toMatchObject({code: 'CANNOT_RUN'})
  })
})

/** Empty when there is no such process. */
function stateOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], {encoding: 'utf8'}).slice(0, 1)
  } catch {
    return ''
  }
}
