import type {DeveloperTools} from '../ports/developer-tools.js'
import type {Editor} from '../ports/editor.js'
import type {Hardware} from '../ports/hardware.js'
import type {Packages} from '../ports/packages.js'
import type {Rights} from '../ports/rights.js'
import type {Toolchain, ToolProber} from '../ports/toolchain.js'
import type {Once} from './once.js'
import type {Tools} from './tools.js'

/** What a developer's machine consists of. */
export interface ToolchainTools {
  /** The workspace's own toolchain.yml, or the one that mitra ships. */
  readonly toolchain: () => Promise<Toolchain>
  readonly toolProber: () => Promise<ToolProber>
  readonly packages: () => Promise<Packages>
  readonly editor: () => Promise<Editor>
  readonly developerTools: () => Promise<DeveloperTools>
  readonly rights: () => Promise<Rights>
  readonly hardware: () => Promise<Hardware>
}

export function toolchainTools(tools: () => Tools, once: Once): ToolchainTools {
  return {
    toolchain: once(async () => {
      const {loadToolchain} = await import('../config/toolchain/load-toolchain.js')
      return loadToolchain(await rootOf(tools()))
    }),
    toolProber: once(async () => {
      const {HostProber} = await import('../adapters/toolchain/host-prober.js')
      return new HostProber()
    }),
    editor: once(async () => new (await import('../adapters/toolchain/vscode.js')).VsCode()),
    developerTools: once(async () => {
      const {CommandLineTools} = await import('../adapters/toolchain/command-line-tools.js')
      return new CommandLineTools()
    }),
    rights: once(async () => new (await import('../adapters/toolchain/sudo.js')).Sudo()),
    hardware: once(
      async () => new (await import('../adapters/toolchain/host-hardware.js')).HostHardware(),
    ),
    packages: once(async () => {
      if (process.platform === 'darwin')
        return (await import('../adapters/packages/brew.js')).openBrew()
      return new (await import('../adapters/packages/apt.js')).AptPackages()
    }),
  }
}

/** Settings that cannot be read are said elsewhere. */
async function rootOf(tools: Tools): Promise<string | undefined> {
  return tools.prospect().then(
    ({layout}) => layout.root,
    () => undefined,
  )
}
