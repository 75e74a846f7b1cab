import type {Check, DoctorTools} from '../check.js'

interface Readable {
  readonly id: string
  readonly subject: string
  readonly seen: string
  /** Throws the MitraError that names file, line and fix. */
  readonly read: (tools: DoctorTools) => Promise<unknown>
}

/** Files that only have to be readable: the error that reading throws is the finding. */
function readable({id, subject, seen, read}: Readable): Check {
  return {
    id,
    subject,
    need: 'workspace',
    async look(tools) {
      await read(tools)
      return {state: 'ok', title: seen}
    },
  }
}

export const workspaceMemory = readable({
  id: 'workspace.memory',
  subject: 'What the workspace remembers',
  seen: 'Ports, engine and set of data are remembered',
  read: async (tools) => (await tools.memory()).generation(),
})

export const migrationFiles = readable({
  id: 'migrations.files',
  subject: 'The files of migrations',
  seen: 'The files of migrations can be read',
  read: (tools) => tools.readMigrationFiles(),
})

export const costStore = readable({
  id: 'cost.store',
  subject: 'What is kept of the bill',
  seen: 'What is kept of the bill is whole',
  read: async (tools) => (await tools.costStore()).read(),
})

export const costSettings = readable({
  id: 'cost.settings',
  subject: 'Budgets, subscriptions and rates',
  seen: 'Budgets, subscriptions and rates can be read',
  read: (tools) => tools.costFiles(),
})

export const retentionSettings = readable({
  id: 'retention.settings',
  subject: 'retention.yml',
  seen: 'The rules of retention can be read',
  read: (tools) => tools.retentionRules(),
})

export const environmentSchemaFile = readable({
  id: 'env.schema',
  subject: 'env.schema.yml',
  seen: 'The schema of .env files can be read',
  read: (tools) => tools.environmentSchema(),
})
