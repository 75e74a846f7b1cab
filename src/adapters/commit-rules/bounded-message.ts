/** The parser's search for references takes the cube of a line's length. */
const mostForReferences = {line: 200, text: 16_000}
/** Its other searches take the square. */
const mostForParser = {line: 1000, text: 64_000}

interface BoundedMessage {
  readonly text: string
  /** References such as #12 are not looked for in a message that would take long. */
  readonly hasReferences: boolean
}

/** What the parser reads in a moment, cut where it is longer. Lines of up to `longest` stay whole. */
export function boundedMessage(message: string, longest: number): BoundedMessage {
  const lines = message.split('\n')
  const isLong = lines.some(({length}) => length > mostForReferences.line)
  if (!isLong && message.length <= mostForReferences.text) {
    return {text: message, hasReferences: true}
  }
  const most = Math.min(Math.max(mostForParser.line, longest), 5 * mostForParser.line)
  const text = lines.map((line) => line.slice(0, most)).join('\n')
  return {text: text.slice(0, mostForParser.text), hasReferences: false}
}
