/** An identifier as SQL text; with `literal` the only way a name gets into a statement. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text literal; backslashes stay what they are (standard_conforming_strings). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
