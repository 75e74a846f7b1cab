import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import type Dockerode from 'dockerode'

/**
 * What `docker stats` shows: without the page cache that can be dropped. The engine's own figure takes
 * it a second (20.10, one-shot or not); where its processes are ours to see, the kernel says at once.
 */
export async function containerMemory(client: Dockerode, id: string): Promise<number | undefined> {
  const container = client.getContainer(id)
  const {State} = await container.inspect()
  const seen = await groupMemory(id, State.Pid)
  if (seen !== undefined) return seen
  const stats = await container.stats({stream: false, 'one-shot': true}).catch(() => undefined)
  const used = stats?.memory_stats.usage
  if (used === undefined) return undefined
  const {inactive_file: version2, total_inactive_file: version1} = stats?.memory_stats.stats ?? {}
  return used - (version1 ?? version2 ?? 0)
}

/** From the control group of the container's first process; undefined when it lives in a VM. */
async function groupMemory(id: string, pid: number): Promise<number | undefined> {
  try {
    const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8')
    const version1 = /^\d+:memory:(.*)$/m.exec(groups)?.[1]
    const version2 = /^0::(.*)$/m.exec(groups)?.[1]
    // Another machine's pid may be somebody else's here: the group is named after the container.
    if (version1?.includes(id) === true) {
      const folder = join('/sys/fs/cgroup/memory', version1)
      return await withoutCache(folder, 'memory.usage_in_bytes', 'total_inactive_file')
    }
    if (version2?.includes(id) !== true) return undefined
    return await withoutCache(join('/sys/fs/cgroup', version2), 'memory.current', 'inactive_file')
  } catch {
    return undefined
  }
}

async function withoutCache(folder: string, file: string, cache: string): Promise<number> {
  const [used, stat] = await Promise.all([
    readFile(join(folder, file), 'utf8'),
    readFile(join(folder, 'memory.stat'), 'utf8'),
  ])
  const inactive = new RegExp(`^${cache} (\\d+)$`, 'm').exec(stat)?.[1] ?? '0'
  return Number(used) - Number(inactive)
}
