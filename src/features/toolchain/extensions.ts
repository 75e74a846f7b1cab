import type {Editor} from '../../ports/editor.js'
import type {Step} from '../../ports/journal.js'
import type {CommandLine} from '../../ports/packages.js'
import {toolPrefix} from './leftover.js'
import type {SurveyedExtensions} from './survey.js'

const prefix = 'vscode/'

/** An extension among the names of packages. */
export function extensionPackage(id: string): string {
  return `${prefix}${id.toLowerCase()}`
}

export function extensionOf(packageName: string): string | undefined {
  return packageName.startsWith(prefix) ? packageName.slice(prefix.length) : undefined
}

export interface ExtensionWork {
  readonly step: Step
  readonly command: CommandLine
}

/** One step each, so that one that cannot be had does not keep the others away. */
export function planExtensions(
  {isThere, missing}: SurveyedExtensions,
  isEditorComing: boolean,
  editor: Pick<Editor, 'install'>,
): readonly ExtensionWork[] {
  if (!isThere && !isEditorComing) return []
  return missing.map((id) => {
    const command = editor.install(id)
    const step = {
      id: `${toolPrefix}extension.${id.toLowerCase()}`,
      title: `Install ${id} in Visual Studio Code`,
      why: 'not there',
      undo: 'automatic',
      detail: {commands: [command], files: [], packages: [extensionPackage(id)]},
    } as const
    return {step, command}
  })
}
