import type {DoctorTools} from './check.js'

/** One question to the database of the workspace, in a session of its own. */
export async function askDatabase(
  tools: DoctorTools,
  sql: string,
): Promise<readonly (readonly unknown[])[]> {
  const database = await tools.database()
  const session = await database.connect({role: 'admin'}, {applicationName: 'mitra doctor'})
  try {
    return (await session.query(sql)).rows
  } finally {
    await session.close()
  }
}
