import {expect, test} from 'vitest'
import {terminalSvg} from '../../scripts/terminal-svg.js'

const escape = String.fromCharCode(27)
const textsOf = (svg: string) => svg.split('\n').filter((line) => line.startsWith('<text'))

test('draws each piece at its column, with its colour, and no escape sequence', () => {
  const screen = `${escape}[32m✔${escape}[39m done ${escape}[2m(0.1 s)${escape}[0m`

  const svg = terminalSvg(screen, 'a run')

  expect(textsOf(svg)).toEqual([
    '<text x="16.0" y="30.3" textLength="8.4" class="c2" xml:space="preserve">✔</text>',
    '<text x="32.8" y="30.3" textLength="33.6" xml:space="preserve">done</text>',
    '<text x="74.8" y="30.3" textLength="58.8" class="dim" xml:space="preserve">(0.1 s)</text>',
  ])
  expect(svg).not.toContain(escape)
})

test('escapes what XML would read as markup', () => {
  expect(textsOf(terminalSvg('a <b> & c', ''))[0]).toContain('>a &lt;b&gt; &amp; c<')
})

test('follows the light and the dark scheme and leaves out blank lines at the end', () => {
  const svg = terminalSvg('one\n\ntwo\n\n\n', '')

  expect(svg).toContain('prefers-color-scheme:dark')
  expect(svg).toContain('height="89"')
})

test('keeps bright and palette colours, and forgets a style at its end', () => {
  const svg = terminalSvg(`${escape}[1;91mx${escape}[22;39my${escape}[38;5;4mz`, '')

  expect(textsOf(svg).map((line) => /class="([^"]*)"/.exec(line)?.[1])).toEqual([
    'c1 bold',
    undefined,
    'c4',
  ])
})
