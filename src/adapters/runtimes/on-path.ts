import {accessSync, constants, statSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {runProgram} from '../process/run.js'
import {isReachable} from './reach.js'

// Where package managers put servers that an ordinary PATH leaves out.
const furtherFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']

export interface FoundProgram {
  readonly path: string
  readonly version: string
}

/** The first of the programs on PATH that runs and whose major version is high enough. */
export async function findOnPath(
  programs: readonly string[],
  leastMajor: number,
): Promise<FoundProgram | undefined> {
  for (const name of programs) {
    for (const path of candidates(name).filter(isReachable)) {
      const version = await versionOf(path)
      if (version !== undefined && Number(version.split('.')[0]) >= leastMajor)
        return {path, version}
    }
  }
  return undefined
}

export function candidates(name: string): readonly string[] {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...furtherFolders]
  return [...new Set(folders.filter(Boolean).map((folder) => join(folder, name)))].filter(isProgram)
}

/** As the program states it with `--version` or `-v`; undefined when it does not run. */
export async function versionOf(
  path: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  for (const flag of ['--version', '-v']) {
    const result = await runProgram(path, [flag], {timeoutMs: 3000, env}).catch(() => undefined)
    const version = result?.code === 0 ? statedVersion(result) : undefined
    if (version !== undefined) return version
  }
  return undefined
}

/** Within one line: what follows may state the version of Go that built it. */
export function statedVersion({
  stdout,
  stderr,
}: {
  stdout: string
  stderr: string
}): string | undefined {
  const text = `${stdout}\n${stderr}`
  const stated = /(?:v=|nginx\/|\(PostgreSQL\) |[Vv]ersion[^\d\n]*|RELEASE\.)(\d+(?:[.-]\d+)*)/
  // MinIO built from its sources calls itself so.
  return (
    stated.exec(text)?.[1] ?? (text.includes('version DEVELOPMENT') ? 'development' : undefined)
  )
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
