import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'

/** The process and all its descendants. */
export function processTree(pid: number, parents = parentsOfAll()): readonly number[] {
  const tree = [pid]
  for (const member of tree) {
    for (const [child, parent] of parents) if (parent === member) tree.push(child)
  }
  return tree
}

/** PSS of a process tree on Linux (shared pages counted once), resident memory elsewhere. */
export function memoryOf(pid: number, parents = parentsOfAll()): number | undefined {
  const sizes = processTree(pid, parents).map(process.platform === 'linux' ? pssOf : residentOf)
  const known = sizes.filter((size) => size !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, size) => sum + size, 0)
}

/** Pid and parent of every process, to be asked once for several trees. */
export function parentsOfAll(): readonly (readonly [number, number])[] {
  if (process.platform !== 'linux') return parentsByPs()
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const text = readText(`/proc/${name}/stat`)
      const parent = text?.slice(text.lastIndexOf(')') + 2).split(' ')[1]
      return parent === undefined ? [] : [[Number(name), Number(parent)] as const]
    })
}

function parentsByPs(): readonly (readonly [number, number])[] {
  const text = execFileSync('ps', ['-axo', 'pid=,ppid='], {encoding: 'utf8'})
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid = 0, parent = 0]) => [pid, parent] as const)
}

function pssOf(pid: number): number | undefined {
  const kilobytes = /^Pss:\s+(\d+)/m.exec(readText(`/proc/${pid}/smaps_rollup`) ?? '')?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

function residentOf(pid: number): number | undefined {
  try {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], {encoding: 'utf8'})) * 1024
  } catch {
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
