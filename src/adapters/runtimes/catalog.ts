import {readFile} from 'node:fs/promises'

/** One program's ways of being had, from config/runtimes.json. */
export interface ProgramSources {
  readonly leastMajor?: number
  readonly programs?: readonly string[]
  readonly brew?: {readonly formula: string; readonly program: string}
  /** Several where a file of one is a link into another, which may be installed already. */
  readonly apt?: {readonly packages: readonly string[]; readonly program: string}
  readonly wheel?: WheelSource
  readonly version?: string
  readonly releases?: Readonly<Record<string, ReleaseSource>>
  readonly go?: GoSource
}

export interface WheelSource {
  readonly kind: string
  readonly distribution: string
  readonly version: string
  /** By platform: path in the wheel and the SHA-256 of the wheel. */
  readonly files: Readonly<Record<string, {readonly program: string; readonly sha256: string}>>
}

export interface ReleaseSource {
  readonly url: string
  readonly sha256: string
  /** Path in the tarball. */
  readonly program: string
}

export interface GoSource {
  readonly package: string
  readonly version: string
  readonly program: string
}

export interface Catalog {
  readonly postgres: {readonly version: string; readonly package: string}
  readonly redis: ProgramSources
  readonly nginx: ProgramSources
  readonly versitygw: ProgramSources
  readonly minio: ProgramSources
  readonly go: {readonly leastMinor: number; readonly wheel: WheelSource}
}

/** `linux-x64`, `darwin-arm64`. */
export const platformName = `${process.platform}-${process.arch}`

/** The versions, sources and hashes that this mitra was released with. */
export async function readCatalog(): Promise<Catalog> {
  const file = new URL('../../../config/runtimes.json', import.meta.url)
  const catalog: Catalog = JSON.parse(await readFile(file, 'utf8'))
  return catalog
}
