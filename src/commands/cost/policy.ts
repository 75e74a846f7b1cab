import {Flags} from '@oclif/core'
import {MitraCommand} from '../../cli/mitra-command.js'
import {parseBucketPrefix, reportPolicy, type IamPolicy} from '../../features/cost/policy.js'

export default class CostPolicy extends MitraCommand {
  static override summary =
    'Print the IAM policy that `cost report` needs: nothing less, nothing more.'
  static override description =
    'Changes nothing and asks nobody. Attach it to the user or role whose credentials the report runs with.'
  static override examples = [
    '<%= config.bin %> cost policy > policy.json && aws iam put-user-policy --user-name mitra-report --policy-name report --policy-document file://policy.json',
    '<%= config.bin %> cost policy --from s3://company-bills/exports/focus',
  ]
  static override flags = {
    from: Flags.string({
      summary: 'For a report from a FOCUS export in S3 instead of Cost Explorer.',
      helpValue: 's3://BUCKET/FOLDER',
    }),
  }

  async run(): Promise<{policy: IamPolicy}> {
    const {flags} = await this.parse(CostPolicy)
    const focus = flags.from === undefined ? undefined : parseBucketPrefix(flags.from)
    const policy = reportPolicy(focus)
    this.log(JSON.stringify(policy, undefined, 2))
    return {policy}
  }
}
