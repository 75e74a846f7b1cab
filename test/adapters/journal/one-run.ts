import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {FileJournal} from '../../../src/adapters/journal/file-journal.js'
import {twoSteps} from '../../contracts/journal.js'

/** The journal of a folder, for a writer who waits for nobody. */
export function impatientJournal(folder: string): FileJournal {
  return new FileJournal(folder, {waitMs: 0})
}

interface RunSummary {
  readonly outcome: string
  readonly finished: number
  readonly failed: number
}

export async function runSummaries(folder: string): Promise<readonly RunSummary[]> {
  return (await impatientJournal(folder).runs()).map(({outcome, finished, failed}) => ({
    outcome,
    finished: finished.length,
    failed: failed.length,
  }))
}

/** What the run of `writeOneRun` is after so many of its records, without an end `unended`. */
export function afterRecords(
  count: number,
  unended: 'open' | 'interrupted',
): readonly RunSummary[] {
  if (count === 0) return []
  return [
    {
      outcome: count === 5 ? 'done' : unended,
      finished: Number(count >= 2) + Number(count >= 4),
      failed: Number(count >= 3),
    },
  ]
}

/** One run of five records. */
export async function writeOneRun(folder: string): Promise<void> {
  const run = await new FileJournal(folder).begin('up', twoSteps)
  await run.done('stack.start.redis', {was: 'stopped'})
  await run.failed('tenant.create.lic', 'SERVICE_FAILED', 'जीवन')
  await run.done('tenant.create.lic')
  await run.end('done')
}

/** The same, and the lines of the file. */
export async function writtenLines(folder: string): Promise<readonly string[]> {
  await writeOneRun(folder)
  return readFileSync(join(folder, 'journal.jsonl'), 'utf8').trimEnd().split('\n')
}
