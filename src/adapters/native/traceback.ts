export interface PythonError {
  /** "main.py:33: SyntaxError: '(' was never closed" */
  readonly text: string
  /** What was said after it: the details of an error of several lines. */
  readonly after: readonly string[]
}

const heading = /^(?:[A-Z]+:\s+)?Traceback \(most recent call last\):$/
const frame = /^ +File "(.+)", line (\d+)/

/** The last error that Python reported, with the place in the project's own files where it came from. */
export function pythonError(lines: readonly string[], project: string): PythonError | undefined {
  const start = lines.findLastIndex((line) => heading.test(line))
  if (start === -1) return undefined
  const end = lines.findIndex((line, index) => index > start && !line.startsWith(' '))
  const error = lines[end]?.trim()
  if (error === undefined) return undefined
  const places = lines.slice(start, end).flatMap((line) => placeIn(line, project) ?? [])
  const place = places.at(-1)
  return {
    text: place === undefined ? error : `${place}: ${error}`,
    after: lines.slice(end + 1),
  }
}

/** "backend/settings.py:12", unless the frame is a package's. The folder may have another path for Python. */
function placeIn(line: string, project: string): string | undefined {
  const [, path = '', number] = frame.exec(line) ?? []
  const start = path.lastIndexOf(`/${project}/`)
  if (start === -1) return undefined
  const file = path.slice(start + project.length + 2)
  return /(^|\/)(\.venv|site-packages)\//.test(file) ? undefined : `${file}:${number}`
}
