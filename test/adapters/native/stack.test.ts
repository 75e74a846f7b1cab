import {stackContract} from '../../contracts/stack.js'
import {nativeWorkspace, occupied, servicePid} from './workspace.js'

stackContract('NativeStack', async () => {
  const workspace = await nativeWorkspace(21_100)
  const {ports, secrets} = workspace.settings
  const portOf = {
    postgres: ports.postgres,
    redis: ports.redis,
    'object-store': ports.objectStore,
    nginx: ports.nginx,
  }
  return {
    open: workspace.open,
    async kill(service) {
      process.kill(servicePid(workspace, service), 'SIGKILL')
    },
    obstruct: (service) => occupied(portOf[service]),
    async passwords() {
      const names = await secrets.names()
      const values = await Promise.all(names.map((name) => secrets.get(name)))
      return values.flatMap((value) => (value === undefined ? [] : [value.reveal()]))
    },
    close: () => workspace.close(),
  }
})
