import {CommandHelp, Help} from '@oclif/core'

/** oclif leaves gaps in the usage where a flag that needs another was shown before it. */
class CommandUsage extends CommandHelp {
  protected override defaultUsage(): string {
    return super
      .defaultUsage()
      .replaceAll(/\|(\s*\|)+/g, '|')
      .replaceAll(/\s+\]/g, ']')
  }
}

export class MitraHelp extends Help {
  protected override CommandHelpClass = CommandUsage
}
