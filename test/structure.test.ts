import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, relative, resolve} from 'node:path'
import {describe, expect, test} from 'vitest'
import {repositoryRoot} from './support/cli.js'
import {schemaName} from './support/run.js'

const source = join(repositoryRoot, 'src')
const mostLines = 300

/** The files that put features, ports and adapters together; with the commands the only ones. */
const composition = new Set(
  [
    'tools',
    'cost-tools',
    'lifecycle-work',
    'restore-work',
    'tenant-undoers',
    'environment-tools',
    'open-environments',
    'open-stack',
    'open-costs',
    'prospect',
    'start-stack',
    'run-plan',
    'undoers',
  ].concat(
    // Plans and texts of two features or more.
    ['open-notifiers', 'setup-plan', 'database-work', 'services-table', 'migration-lint'].concat([
      'governance-work',
      // The tools of the machine before the platform, and all of it taken back.
      'setup-work',
      'setup-undo',
      'toolchain-work',
      'toolchain-tools',
      'projects-plan',
      // Services and backend together.
      'kept-work',
      'projects-apply',
      // Files and hooks of the repositories.
      'git-tools',
      'git-work',
      'setup-git',
      // What ran in a tenant, for archives of it.
      'tenant-archives',
      'migrate-plan',
      'migrate-work',
      // What every feature finds wrong, and repairs of several in one plan.
      'doctor-tools',
      // The backend and the app, made ready and run side by side.
      'dev-work',
      'dev-app',
      'doctor-work',
      'fingerprint-work',
      // A bill out of any source, a report of it, and who gets it.
      'bill',
      'report-work',
      'report-sends',
      'observed-bill',
    ]),
  ),
)

/** Adapters that serve other adapters. */
const adapterTools = new Set(
  'append-log process process-identity files proxy probes scram sockets'.split(' '),
)

/** The lock that dies with its process is the journal's; what two may want at once needs it too. */
const lock = 'adapters/journal/lock'

/** One adapter that builds on another, and the reason. */
const adapterExceptions: Readonly<Record<string, readonly string[]>> = {
  runtimes: ['native/program'],
  native: ['runtimes'],
  // A password is known to fit only when the server took it.
  docker: ['postgres/database'],
  // The doctor reads the registry of the native engine and never judges a process by its name.
  machine: ['native/place', 'native/registry', 'runtimes/cache'],
}

const vendors: Readonly<Record<string, string>> = {
  '@commitlint/lint': 'adapters/commit-rules',
  '@commitlint/load': 'adapters/commit-rules',
  '@aws-sdk/client-s3': 'adapters/object-store',
  '@aws-sdk/client-cost-explorer': 'adapters/cost-explorer',
  '@aws-sdk/client-sts': 'adapters/cost-explorer',
  '@aws-sdk/client-ssm': 'adapters/parameters',
  '@aws-sdk/client-secrets-manager': 'adapters/parameters',
  dockerode: 'adapters/docker',
  papaparse: 'adapters/focus',
  plist: 'adapters/schedule',
  // Pure functions: scales and paths for the pictures of a report.
  'd3-scale': 'features/cost/render',
  'd3-shape': 'features/cost/render',
  execa: 'adapters/',
  'libpg-query': 'adapters/sql-lint',
  nodemailer: 'adapters/notify',
  pg: 'adapters/postgres',
  'pg-copy-streams': 'adapters/postgres',
  'tar-stream': 'adapters/archive',
  yaml: 'config',
  valibot: 'config',
  '@inquirer/prompts': 'cli',
  'cli-table3': 'cli',
  listr2: 'cli',
}

interface Import {
  readonly file: string
  readonly specifier: string
  /** Below src without ending, or the name of a package. */
  readonly target: string
  readonly isType: boolean
  readonly isLate: boolean
}

const files = readdirSync(source, {recursive: true, encoding: 'utf8'})
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replaceAll('\\', '/'))
  .toSorted()
const texts = new Map(files.map((file) => [file, readFileSync(join(source, file), 'utf8')]))
const imports = [...texts].flatMap(([file, text]) => importsOf(file, text))

function importsOf(file: string, text: string): readonly Import[] {
  const early = [...text.matchAll(/^(import|export)\s+(type\s)?([^'";]*?\sfrom\s)?'([^']+)'/gms)]
  const late = [...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)]
  return [
    ...early.map(([, , isType, , specifier = '']) => asImport(file, specifier, isType, false)),
    ...late.map(([, specifier = '']) => asImport(file, specifier, undefined, true)),
  ]
}

function asImport(
  file: string,
  specifier: string,
  isType: string | undefined,
  isLate: boolean,
): Import {
  const path = relative(source, resolve(source, dirname(file), specifier)).replaceAll('\\', '/')
  const target = specifier.startsWith('.') ? path.replace(/\.js$/, '') : specifier
  return {file, specifier, target, isType: isType !== undefined, isLate}
}

function layerOf(path: string): string {
  return path.split('/')[0] ?? path
}

function isAllowed(one: Import): boolean {
  const to = layerOf(one.target)
  if (!one.specifier.startsWith('.') || to === 'errors' || to === 'ports') return true
  return rules[layerOf(one.file)]?.(one) ?? false
}

const rules: Readonly<Record<string, (one: Import) => boolean>> = {
  commands: (one) => /^(cli|features)\//.test(one.target) || isAllowedInCommand(one),
  cli: isAllowedInCli,
  features: ({file, target}) => target.startsWith(file.split('/', 2).join('/')),
  adapters: ({file, target}) => target.startsWith('adapters/') && isAllowedInAdapter(file, target),
  config: ({target}) => target.startsWith('config/'),
}

/** Pure functions of an adapter may be taken late, and types of the configuration. */
function isAllowedInCommand({target, isType, isLate}: Import): boolean {
  if (target === 'adapters/scram/verifier') return isLate
  return layerOf(target) === 'config' && isType
}

function isAllowedInCli({file, target, isType, isLate}: Import): boolean {
  const to = layerOf(target)
  if (to === 'cli') return true
  const name = file.slice('cli/'.length, -'.ts'.length)
  if (to === 'features') return isType || composition.has(name)
  if (to === 'adapters') return isLate && composition.has(name)
  return to === 'config' && (isType || isLate || composition.has(name))
}

function isAllowedInAdapter(file: string, target: string): boolean {
  const own = file.split('/')[1] ?? ''
  const other = target.split('/')[1] ?? ''
  if (own === other || adapterTools.has(other) || target === lock) return true
  return (adapterExceptions[own] ?? []).some((path) => target.startsWith(`adapters/${path}`))
}

describe('the source', () => {
  test('is read whole: imports are found in every layer', () => {
    const layers = new Set(imports.map(({file}) => layerOf(file)))

    expect([...layers].toSorted()).toEqual(
      expect.arrayContaining(['adapters', 'cli', 'commands', 'config', 'features', 'ports']),
    )
    expect(imports.some(({isLate}) => isLate)).toBe(true)
    expect(imports.some(({isType}) => isType)).toBe(true)
  })

  test('imports in one direction only', () => {
    const wrong = imports.filter((one) => !isAllowed(one))

    expect(wrong.map(({file, specifier}) => `${file} imports ${specifier}`)).toEqual([])
  })

  test('needs every exception that it makes', () => {
    const inCli = new Set(files.map((file) => /^cli\/(.+)\.ts$/.exec(file)?.[1]))
    const between = imports.map(({file, target}) => `${file.split('/')[1]} ${target}`)
    const unused = Object.entries(adapterExceptions).flatMap(([own, others]) =>
      others.filter((path) => !between.some((one) => one.startsWith(`${own} adapters/${path}`))),
    )

    expect([...composition].filter((name) => !inCli.has(name))).toEqual([])
    expect(unused).toEqual([])
  })

  test('has no index.ts, whose folder would hide where things are', () => {
    expect(files.filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual([])
  })

  test('touches the process and the console in cli and adapters only', () => {
    const outside = [...texts].filter(([file]) => !/^(cli|adapters)\//.test(file))
    const wrong = outside.filter(([, text]) =>
      /(?<![\w'`])(process|console)\.\w/.test(withoutComments(text)),
    )

    expect(wrong.map(([file]) => file)).toEqual([])
  })

  test(`has no file over ${mostLines} lines`, () => {
    const long = [...texts].filter(([, text]) => text.split('\n').length - 1 > mostLines)

    expect(long.map(([file]) => file)).toEqual([])
  })

  test('gives every exported name once', () => {
    const named = [...texts].flatMap(([file, text]) =>
      exportsOf(text).map((name) => ({file, name})),
    )
    const byName = groupByName(named)
    const twice = [...byName].filter(([, places]) => places.length > 1)

    expect(twice.map(([name, places]) => `${name}: ${places.join(', ')}`)).toEqual([])
  })

  test('loads a vendor in its own place only', () => {
    const wrong = imports.filter(({specifier, file}) => {
      const place = vendors[specifier]
      return place !== undefined && !file.startsWith(place)
    })

    expect(wrong.map(({file, specifier}) => `${file} imports ${specifier}`)).toEqual([])
  })

  test('names files by what they hold', () => {
    const vague =
      /^(utils?|helpers?|common|misc|shared|manager|handler|processor|data|info|base|impl)$/
    const words = files.flatMap((file) => {
      const path = file.slice(0, -'.ts'.length).split('/')
      return path.some((part) => part.split('-').some((word) => vague.test(word))) ? [file] : []
    })

    expect(words).toEqual([])
  })
})

describe('the commands', () => {
  const commands = files.filter((file) => file.startsWith('commands/'))
  const ids = commands.map((file) => file.slice('commands/'.length, -'.ts'.length))

  test('have a schema each for what --json prints, and no schema is left over', () => {
    const wanted = ids.map((id) => `${id.replaceAll('/', '-')}.json`)
    const present = readdirSync(join(repositoryRoot, 'schemas'))

    expect(present.toSorted()).toEqual([...wanted, 'error.json'].toSorted())
  })

  test('name their class as they are called', () => {
    const wrong = commands.filter((file, index) => {
      const name = /export default class (\w+)/.exec(texts.get(file) ?? '')?.[1] ?? ''
      return schemaName(name) !== (ids[index] ?? '').replaceAll('/', '-')
    })

    expect(wrong).toEqual([])
  })
})

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/\/\/.*$/gm, '')
}

function exportsOf(text: string): readonly string[] {
  const declared =
    /^export (?:declare )?(?:abstract )?(?:async )?(?:const|function\*?|class|interface|type) (\w+)/gm
  return [...text.matchAll(declared)].map(([, name = '']) => name)
}

function groupByName(
  named: readonly {readonly file: string; readonly name: string}[],
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const {file, name} of named) groups.set(name, [...(groups.get(name) ?? []), file])
  return groups
}
