// The reference pages of the commands, from the manifest that the build writes.

interface ManifestFlag {
  readonly name: string
  readonly char?: string
  readonly type: string
  readonly summary?: string
  readonly description?: string
  readonly env?: string
  readonly options?: readonly string[]
  readonly default?: unknown
}

interface ManifestArg {
  readonly name: string
  readonly description?: string
  readonly required?: boolean
  readonly options?: readonly string[]
}

export interface ManifestCommand {
  readonly id: string
  readonly summary?: string
  readonly description?: string
  readonly examples?: readonly string[]
  readonly strict?: boolean
  readonly args: Readonly<Record<string, ManifestArg>>
  readonly flags: Readonly<Record<string, ManifestFlag>>
}

/** `db:migrate` -> `db migrate`. */
export function calledName({id}: ManifestCommand): string {
  return id.replaceAll(':', ' ')
}

export function pageName({id}: ManifestCommand): string {
  return `${id.replaceAll(':', '-')}.md`
}

/** The table of the README: what there is, one line each. */
export function commandTable(commands: readonly ManifestCommand[]): string {
  const rows = commands.map(
    (command) =>
      `| [\`mitra ${calledName(command)}\`](docs/commands/${pageName(command)}) | ${command.summary ?? ''} |`,
  )
  return ['| command | what it does |', '|---|---|', ...rows].join('\n')
}

/** The text with what lies between the markers replaced; throws where they are missing. */
export function withCommandTable(readme: string, table: string): string {
  const [before, rest] = readme.split('<!-- commands -->')
  const [, after] = rest?.split('<!-- commandsstop -->') ?? []
  if (before === undefined || after === undefined) {
    throw new Error('README.md has no <!-- commands --> and <!-- commandsstop -->')
  }
  return `${before}<!-- commands -->\n${table}\n<!-- commandsstop -->${after}`
}

export function commandPage(command: ManifestCommand): string {
  const name = calledName(command)
  const args = Object.values(command.args)
  const flags = Object.values(command.flags).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const usage = [
    'mitra',
    name,
    ...args.map(argText),
    ...(command.strict === false ? ['[NAME...]'] : []),
  ]
  return [
    `# mitra ${name}`,
    '',
    command.summary ?? '',
    '',
    ...(command.description === undefined ? [] : [command.description, '']),
    '```',
    `${usage.join(' ')} [flags]`,
    '```',
    '',
    ...argLines(args),
    ...flagLines(flags),
    ...exampleLines(command),
    `What \`--json\` prints: [schemas/${pageName(command).replace('.md', '.json')}](../../schemas/${pageName(command).replace('.md', '.json')}).`,
    '',
  ].join('\n')
}

function argText({name, required}: ManifestArg): string {
  return required === true ? name.toUpperCase() : `[${name.toUpperCase()}]`
}

function argLines(args: readonly ManifestArg[]): readonly string[] {
  if (args.length === 0) return []
  const rows = args.map(({name, description = '', options}) => {
    return `| \`${name.toUpperCase()}\` | ${[description, oneOf(options)].filter(Boolean).join(' ')} |`
  })
  return ['| argument | |', '|---|---|', ...rows, '']
}

function flagLines(flags: readonly ManifestFlag[]): readonly string[] {
  const rows = flags.map((flag) => {
    const {name, char, type, env, summary, description, options} = flag
    const long = type === 'option' ? `--${name}=<value>` : `--${name}`
    const called = char === undefined ? `\`${long}\`` : `\`-${char}\`, \`${long}\``
    const meaning = [summary ?? description ?? '', oneOf(options), defaultText(flag)]
    return `| ${called} | ${meaning.filter(Boolean).join(' ')} | ${env === undefined ? '' : `\`${env}\``} |`
  })
  return ['| flag | | variable |', '|---|---|---|', ...rows, '']
}

function oneOf(options: readonly string[] | undefined): string {
  return options === undefined ? '' : `One of ${options.map((one) => `\`${one}\``).join(', ')}.`
}

function defaultText({default: value}: ManifestFlag): string {
  const isShown = typeof value === 'string' || typeof value === 'number'
  return isShown ? `Default \`${value}\`.` : ''
}

function exampleLines({id, examples = []}: ManifestCommand): readonly string[] {
  if (examples.length === 0) return []
  const lines = examples.map((example) =>
    example
      .replaceAll('<%= config.bin %>', 'mitra')
      .replaceAll('<%= command.id %>', id.replaceAll(':', ' ')),
  )
  return ['```', ...lines, '```', '']
}
