/** Versions that `brew info --json=v2` knows: a formula's stable one, a cask's without its build. */
export function brewVersions(text: string): readonly string[] {
  const {formulae, casks} = asRecord(JSON.parse(text))
  const stable = listOf(formulae).map((one) => asRecord(asRecord(one)['versions'])['stable'])
  const versions = listOf(casks).map((one) => String(asRecord(one)['version']).split(',')[0])
  return [...stable, ...versions].flatMap((one) => (typeof one === 'string' ? [one] : []))
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
