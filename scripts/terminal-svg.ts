// A terminal's screen, as `tmux capture-pane -e` gives it, as a picture that follows light and dark.

interface Style {
  readonly color: number | undefined
  readonly isBold: boolean
  readonly isDim: boolean
}

interface Span {
  readonly text: string
  readonly column: number
  readonly style: Style
}

const plain: Style = {color: undefined, isBold: false, isDim: false}
const escape = String.fromCharCode(27)
const bell = String.fromCharCode(7)
const styling = new RegExp(`(${escape}\\[[\\d;]*m)`)
const styled = new RegExp(`^${escape}\\[([\\d;]*)m$`)
const otherSequence = new RegExp(
  `${escape}(\\[[^A-Za-z]*[A-Za-z]|[()].|\\][^${bell}]*${bell})|[\\u000E\\u000F]`,
  'g',
)
const charWidth = 8.4
const lineHeight = 19
const padding = 16

// The sixteen colours on white and on black, each readable there.
const light = [
  '#24292f',
  '#b3261e',
  '#1a7f37',
  '#8a6100',
  '#0550ae',
  '#8250df',
  '#0b7285',
  '#57606a',
]
const dark = [
  '#8b949e',
  '#ff7b72',
  '#56d364',
  '#e3b341',
  '#79c0ff',
  '#d2a8ff',
  '#56d4dd',
  '#c9d1d9',
]

export function terminalSvg(screen: string, title: string): string {
  const lines = trimmedEnd(screen.split('\n')).map(spansOf)
  const columns = Math.max(60, ...lines.flat().map(({column, text}) => column + cellsOf(text)))
  const width = Math.ceil(columns * charWidth + 2 * padding)
  const height = lines.length * lineHeight + 2 * padding
  const texts = lines.flatMap((spans, row) => spans.map((span) => textElement(span, row)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${styleSheet()}</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    ...texts,
    '</svg>',
    '',
  ].join('\n')
}

/** The text of a line cut where its style changes; what is blank is left out. */
function spansOf(line: string): readonly Span[] {
  const spans: Span[] = []
  let style = plain
  let column = 0
  for (const part of line.split(styling)) {
    const codes = styled.exec(part)?.[1]
    if (codes !== undefined) style = restyled(style, codes.split(';').map(Number))
    else {
      // Any other sequence moves nothing here: tmux has already drawn the screen.
      const text = part.replaceAll(otherSequence, '')
      if (text.trim() !== '') spans.push({text, column, style})
      column += cellsOf(text)
    }
  }
  return spans
}

function restyled(style: Style, codes: readonly number[]): Style {
  const [code = 0, ...rest] = codes
  // 38;5;n and 38;2;r;g;b: the first eight are ours, the others keep the colour of the text.
  if (code === 38) return {...style, color: rest[0] === 5 ? paletteColor(rest[1]) : undefined}
  const next = applied(style, code)
  return rest.length === 0 ? next : restyled(next, rest)
}

function applied(style: Style, code: number): Style {
  if (code === 0) return plain
  if (code === 22) return {...style, isBold: false, isDim: false}
  if (code === 39) return {...style, color: undefined}
  if (code === 1 || code === 2) return {...style, [code === 1 ? 'isBold' : 'isDim']: true}
  const color = code >= 90 ? code - 90 : code - 30
  return color >= 0 && color <= 7 ? {...style, color} : style
}

function paletteColor(index: number | undefined): number | undefined {
  return index === undefined || index > 15 ? undefined : index % 8
}

function textElement({text, column, style}: Span, row: number): string {
  const indent = text.length - text.trimStart().length
  const shown = text.trim()
  const x = (padding + (column + indent) * charWidth).toFixed(1)
  const y = (padding + (row + 0.75) * lineHeight).toFixed(1)
  const length = (cellsOf(shown) * charWidth).toFixed(1)
  const classes = [
    ...(style.color === undefined ? [] : [`c${style.color}`]),
    ...(style.isBold ? ['bold'] : []),
    ...(style.isDim ? ['dim'] : []),
  ].join(' ')
  const marked = classes === '' ? '' : ` class="${classes}"`
  // The length keeps columns aligned whatever monospace font the reader has.
  return `<text x="${x}" y="${y}" textLength="${length}"${marked} xml:space="preserve">${escaped(shown)}</text>`
}

function styleSheet(): string {
  const colors = (palette: readonly string[]) =>
    palette.map((color, index) => `.c${index}{fill:${color}}`).join('')
  return [
    '.ground{fill:#f6f8fa;stroke:#d0d7de}',
    'text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#24292f}',
    '.bold{font-weight:bold}.dim{opacity:.65}',
    colors(light),
    '@media (prefers-color-scheme:dark){',
    '.ground{fill:#0d1117;stroke:#30363d}text{fill:#e6edf3}',
    colors(dark),
    '}',
  ].join('')
}

function trimmedEnd(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => spansOf(line).length > 0)
  return lines.slice(0, last + 1)
}

/** One cell a character: the box and tick characters of the CLI are all narrow. */
function cellsOf(text: string): number {
  return Array.from(text).length
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
