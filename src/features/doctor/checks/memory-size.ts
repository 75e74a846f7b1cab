import type {Check} from '../check.js'

const giga = 1_000_000_000
const tooLittle = 3.5 * giga

export const memorySize: Check = {
  id: 'machine.memory',
  subject: 'Memory',
  async look(tools) {
    const {memoryBytes} = await tools.host()
    const title = `${(memoryBytes / giga).toFixed(1)} GB of memory`
    if (memoryBytes >= tooLittle) return {state: 'ok', title}
    return {
      state: 'warning',
      title,
      cause: 'The services and a backend want 4 GB; the system ends programs when it runs out.',
      fix: ['Close other programs, or give the virtual machine more memory.'],
    }
  },
}
