import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {ProcessGroups} from '../../../src/adapters/process/group.js'

interface Script {
  readonly name?: string
  readonly text: string
  readonly onLine?: (line: string) => void
}

function run(...scripts: readonly Script[]) {
  return new ProcessGroups().run(
    scripts.map(({name = 'one', text, onLine = () => undefined}) => ({
      name,
      argv: ['sh', '-c', text],
      folder: tmpdir(),
      variables: 'few',
      takesKeys: false,
      onLine,
    })),
  )
}

describe('a program in a process group of its own', () => {
  test('gives its lines and its exit code', async () => {
    const lines: string[] = []

    const ended = await run({
      text: 'echo one; echo two >&2; exit 3',
      onLine: (line) => lines.push(line),
    })

    expect(ended).toEqual({first: 'one', code: 3, isStopped: false})
    expect(lines.toSorted()).toEqual(['one', 'two'])
  })

  test('leaves no process when it is stopped, though a child ignores the signal', async () => {
    let child = 0

    const ended = await run({
      text: '(trap "" INT; while :; do sleep 0.1; done) & echo $!; wait',
      onLine: (line) => {
        child = Number(line)
        process.emit('SIGINT')
      },
    })

    expect(ended.isStopped).toBe(true)
    expect(child).toBeGreaterThan(0)
    expect(stateOf(child)).toMatch(/^Z?$/)
  })

  test('loses no line though its reader was slow when it ended', async () => {
    const lines: string[] = []

    await run({
      text: 'seq 20000',
      onLine: (line) => {
        lines.push(line)
        // As a full pipe behind our own output: longer than an end is waited for.
        if (line === '100') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000)
      },
    })

    expect(lines).toHaveLength(20_000)
  })

  test('is not waited for when what it has left holds its output', async () => {
    const startedMs = performance.now()

    const ended = await run({text: 'setsid sleep 5 & exit 4'})

    expect(ended.code).toBe(4)
    expect(performance.now() - startedMs).toBeLessThan(4500)
  })

  test('that does not exist is an error with its name, and the others are ended', async () => {
    const of = (argv: [string, ...string[]]) => ({
      name: argv[0],
      argv,
      folder: tmpdir(),
      variables: 'few' as const,
      takesKeys: false,
      onLine: () => undefined,
    })
    const startedMs = performance.now()

    await expect(
      new ProcessGroups().run([of(['sleep', '30']), of(['no-such-program'])]),
    ).rejects.toMatchObject({code: 'CANNOT_RUN'})
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  })
})

describe('two programs side by side', () => {
  test('end together: the one that ends first says why', async () => {
    let child = 0

    const ended = await run(
      {name: 'app', text: 'echo $$; exec sleep 30', onLine: (line) => (child = Number(line))},
      {name: 'backend', text: 'sleep 0.3; exit 7'},
    )

    expect(ended).toEqual({first: 'backend', code: 7, isStopped: false})
    expect(stateOf(child)).toMatch(/^Z?$/)
  })

  test('are both stopped by one Ctrl-C', async () => {
    const ended = await run(
      {name: 'app', text: 'exec sleep 30'},
      {name: 'backend', text: 'echo up; exec sleep 30', onLine: () => process.emit('SIGINT')},
    )

    expect(ended.isStopped).toBe(true)
  })

  test('lose no line of a burst and cut no character', async () => {
    const lines: string[] = []
    const folder = mkdtempSync(join(tmpdir(), 'mitra-burst-'))
    const burst = 'i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo "मित्र $i żółw"; done; printf last'

    await run(
      {
        name: 'app',
        text: `${burst}; : > ${folder}/done; exec sleep 30`,
        onLine: (line) => lines.push(`app ${line}`),
      },
      {
        name: 'backend',
        // As fast as the pipe takes them.
        text: `seq 50000; until [ -f ${folder}/done ]; do sleep 0.05; done`,
        onLine: (line) => lines.push(line),
      },
    )
    rmSync(folder, {recursive: true})

    const numbers = lines.filter((line) => /^\d+$/.test(line))
    expect(numbers).toEqual(Array.from({length: 50_000}, (_, index) => String(index + 1)))
    expect(lines).toContain('app मित्र 200 żółw')
    expect(lines).toContain('app last')
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
