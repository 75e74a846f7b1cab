import type {FileBytes, Repository} from '../../ports/work-trees.js'

export const filePrefix = 'git.file.'
export const hooksPrefix = 'git.hooks.'

/** A repository of the plan; `label` names it: `.`, `python-backend`, or its path. */
export interface GitTarget {
  readonly repository: Repository
  readonly label: string
}

/** A path as the user reads it from the workspace. */
export function shownPath(label: string, path: string): string {
  return label === '.' ? path : `${label}/${path}`
}

export function bytesOf(text: string, mode: number): FileBytes {
  return {base64: Buffer.from(text).toString('base64'), mode}
}

export function textOf({base64}: FileBytes): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}
