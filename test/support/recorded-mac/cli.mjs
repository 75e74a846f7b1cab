// The built CLI with the tools of a Mac: what differs from ours is what they are made of, nothing else.
import {Config, flush, handle} from '@oclif/core'
import {fileURLToPath} from 'node:url'
import {openBrew} from '../../../dist/adapters/packages/brew.js'
import {CommandLineTools} from '../../../dist/adapters/toolchain/command-line-tools.js'
import {HostHardware} from '../../../dist/adapters/toolchain/host-hardware.js'
import {HostProber} from '../../../dist/adapters/toolchain/host-prober.js'
import {Sudo} from '../../../dist/adapters/toolchain/sudo.js'
import {openTools} from '../../../dist/cli/tools.js'
import Setup from '../../../dist/commands/setup.js'

const config = await Config.load(fileURLToPath(new URL('../../../', import.meta.url)))
let brew
const tools = {
  ...openTools({version: config.version}),
  toolProber: async () => new HostProber('darwin', []),
  developerTools: async () =>
    new CommandLineTools('darwin', `${process.env.HOME}/command-line-tools-wanted`),
  rights: async () => new Sudo(false),
  hardware: async () => new HostHardware('darwin'),
  packages: () => (brew ??= openBrew()),
}
try {
  await new Setup(process.argv.slice(2), config, tools)._run()
  await flush()
} catch (error) {
  await handle(error)
}
