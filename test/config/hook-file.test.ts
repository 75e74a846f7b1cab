import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {yamlHookFile} from '../../src/config/hook-file.js'
import {repositoryRoot} from '../support/cli.js'

const ours = readFileSync(join(repositoryRoot, 'templates/git/lefthook.yml'), 'utf8')
const theirs = `# ours since 2024
# quick ones only
pre-commit:
  parallel: true
  commands:
    lint:
      run: ruff check {staged_files} # staged
commit-msg:
  commands:
    ticket:
      run: grep AM- {1}
`

function merged(text: string | undefined, isReplacing = false) {
  return yamlHookFile.withOurs('/r/lefthook.yml', text, ours, isReplacing)
}

describe('lefthook.yml', () => {
  test('is ours where there is none, and then stays to the byte', () => {
    expect(merged(undefined)).toEqual({text: ours, changed: []})
    expect(merged(ours)).toEqual({text: ours, changed: []})
  })

  test('keeps the commands and comments of others', () => {
    const {text, changed} = merged(theirs)

    expect(changed).toEqual([])
    for (const line of theirs.split('\n')) expect(text).toContain(line)
    expect(text).toContain('branch.sh:')
    expect(merged(text).text).toBe(text)
    expect(yamlHookFile.hooksOf('/r/lefthook.yml', text)).toEqual([
      'pre-commit',
      'commit-msg',
      'pre-push',
    ])
  })

  test('names a command of ours that somebody changed, and replaces it when told to', () => {
    const text = ours.replace('use_stdin: true', 'use_stdin: false')

    expect(merged(text)).toEqual({text, changed: ['pre-push.scripts.branch.sh']})
    expect(merged(text, true)).toMatchObject({
      text: expect.not.stringContaining('false'),
      changed: [],
    })
  })

  test.each([
    'commit-msg: true\n',
    '- a list\n',
    'commit-msg:\n  commands: [a]\n',
    'source_dir: hooks\n',
  ])('cannot be added to when it is %j', (text) => {
    expect(() => merged(text)).toThrow('/r/lefthook.yml is no configuration of lefthook')
  })

  test('that is no YAML is named with its line', () => {
    expect(() => merged('a: 1\nb: [\n')).toThrow(/lefthook\.yml:\d+ is not YAML/)
  })

  test('with an empty hook gets ours', () => {
    expect(merged('commit-msg:\n# later\n').text).toContain('--message-file')
  })
})
