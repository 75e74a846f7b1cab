import {expect, test} from 'vitest'
import {lastLine, runProgram} from '../../../src/adapters/process/run.js'

const {execPath: node} = process

test('returns exit code and both outputs; a failing program is no error', async () => {
  const script = 'console.log("out"); console.error("err"); process.exit(3)'

  expect(await runProgram(node, ['-e', script])).toEqual({
    code: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  })
})

test('a program that is not there is an error that names it', async () => {
  await expect(runProgram('/nowhere/program', [])).rejects.toMatchObject({
    code: 'CANNOT_RUN',
    message: expect.stringContaining('/nowhere/program'),
  })
})

test('passes on what a program needs and nothing else of the environment', async () => {
  process.env['MITRA_TEST_SECRET'] = 'a secret'
  const script = 'console.log(JSON.stringify(Object.keys(process.env)))'

  const {stdout} = await runProgram(node, ['-e', script], {env: {ADDED: 'yes'}})
  delete process.env['MITRA_TEST_SECRET']

  const names: readonly string[] = JSON.parse(stdout)
  expect(names).toContain('PATH')
  expect(names).toContain('ADDED')
  expect(names).not.toContain('MITRA_TEST_SECRET')
})

test('ends a program that takes too long', async () => {
  const startedAt = performance.now()

  const {code} = await runProgram(node, ['-e', 'setTimeout(() => {}, 60000)'], {timeoutMs: 300})

  expect(code).not.toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(5000)
})

test('gives input to the program and lines to the listener as they come', async () => {
  const lines: string[] = []

  const {stdout} = await runProgram('cat', [], {
    input: 'a\nb\n',
    onLine: (line) => lines.push(line),
  })

  expect(stdout).toBe('a\nb\n')
  expect(lines).toEqual(['a', 'b'])
})

test('the last line is the last that says something', () => {
  expect(lastLine({code: 1, stdout: '', stderr: 'first\nlast\n\n'})).toBe('last')
})
