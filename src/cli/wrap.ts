/** How wide the terminal is; undefined for a pipe or a file, where lines stay whole. */
export function terminalColumns(stream: NodeJS.WriteStream = process.stdout): number | undefined {
  return stream.isTTY ? stream.columns : undefined
}

interface Wrapping {
  /** Undefined: all in one line. */
  readonly columns: number | undefined
  readonly indent: string
  /** At the end of each line but the last: ` \` for a shell. */
  readonly joint?: string
}

/** Words below each other in lines of that width; those after the first are indented by two more. */
export function wrapWords(
  words: readonly string[],
  {columns, indent, joint = ''}: Wrapping,
): string {
  const most = columns === undefined ? Number.POSITIVE_INFINITY : columns - joint.length
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const longer = line === '' ? `${indent}${word}` : `${line} ${word}`
    if (line === '' || longer.length <= most) {
      line = longer
      continue
    }
    lines.push(`${line}${joint}`)
    line = `${indent}  ${word}`
  }
  return [...lines, line].join('\n')
}
