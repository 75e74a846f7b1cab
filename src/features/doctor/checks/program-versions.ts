import type {Check, Finding, ToolFound} from '../check.js'

/** One tool of config/toolchain.yml, as PATH has it. */
function programCheck(id: string, tool: string, subject: string): Check {
  return {
    id,
    subject,
    async look(tools) {
      const found = (await tools.toolStates()).find((one) => one.id === tool)
      return found === undefined ? notNeeded(subject) : judged(found)
    },
  }
}

function judged(found: ToolFound): Finding {
  const {title, state, version = 'of unknown version', path = '', rightPath = ''} = found
  if (state === 'present') return {state: 'ok', title: `${title} ${version}`}
  if (state === 'absent') return notNeeded(title)
  if (state === 'tooLow') {
    return {
      state: 'warning',
      title: `${title} ${version} is too old`,
      cause: `It is ${path}, and no later one is on PATH.`,
      fix: [`Install a later ${title}.`],
    }
  }
  const folder = rightPath.slice(0, rightPath.lastIndexOf('/'))
  return {
    state: 'warning',
    title: `${title} ${version} is too old and comes first on PATH`,
    cause: `${path} hides ${rightPath}.`,
    fix: [`export PATH='${folder}':"$PATH"`],
  }
}

/** The local services work without it. */
function notNeeded(title: string): Finding {
  return {
    state: 'skipped',
    title: `No ${title}`,
    cause: 'Not on this machine; only developing needs it.',
  }
}

export const programVersions: readonly Check[] = [
  programCheck('tools.node', 'node', 'Node.js on PATH'),
  programCheck('tools.git', 'git', 'Git'),
  programCheck('tools.python', 'python', 'Python'),
  programCheck('tools.postgres-client', 'postgres-client', 'Postgres client'),
  programCheck('tools.docker', 'container-engine', 'The docker client'),
]
