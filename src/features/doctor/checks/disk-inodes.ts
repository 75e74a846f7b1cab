import type {Check, Finding} from '../check.js'

const tooFew = 1000
const smallShare = 0.02

export const diskInodes: Check = {
  id: 'disk.inodes',
  subject: 'Room for more files',
  async look(tools) {
    const host = await tools.host()
    const paths = [host.temporaryFolder, host.homeFolder, ...(await workspaceRoot(tools))]
    const counted = await Promise.all(
      paths.map(async (path) => ({path, inodes: await host.freeInodes(path)})),
    )
    const scarce = counted.find(({inodes}) => inodes !== undefined && isScarce(inodes))
    if (scarce?.inodes === undefined) return {state: 'ok', title: 'Room for more files everywhere'}
    return {
      state: scarce.inodes.free < tooFew ? 'failed' : 'warning',
      title: `Only ${scarce.inodes.free} more files fit on the disk of ${scarce.path}`,
      cause: 'The file system has few inodes left; it is full although bytes are free.',
      fix: [`Remove many small files: df -i '${scarce.path}'`],
    } satisfies Finding
  },
}

function isScarce({free, of}: {readonly free: number; readonly of: number}): boolean {
  return free < tooFew || free < of * smallShare
}

async function workspaceRoot(tools: Parameters<Check['look']>[0]): Promise<readonly string[]> {
  return tools.workspace().then(
    ({layout}) => [layout.root],
    () => [],
  )
}
