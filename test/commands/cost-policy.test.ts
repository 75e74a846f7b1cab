import {GetCostAndUsageCommand} from '@aws-sdk/client-cost-explorer'
import {describe, expect, test} from 'vitest'
import {openTools} from '../../src/cli/tools.js'
import CostPolicy from '../../src/commands/cost/policy.js'
import {run} from '../support/run.js'

const tools = () => openTools({version: 'test'})

describe('the policy of the cost report', () => {
  test('allows the one call that the report makes, and nothing else', async () => {
    const {result, stdout} = await run(CostPolicy, [], tools())

    // The adapter has one command of Cost Explorer; IAM names the action as the SDK names the command.
    const called = GetCostAndUsageCommand.name.replace(/Command$/, '')
    expect(result?.policy.Statement).toEqual([
      {Sid: 'MitraCostReport', Effect: 'Allow', Action: [`ce:${called}`], Resource: '*'},
    ])
    expect(JSON.parse(stdout)).toEqual(result?.policy)
  })

  test('of an export reads its folder and lists nothing beside it', async () => {
    const {json} = await run(CostPolicy, ['--from', 's3://bills/exports/focus/', '--json'], tools())

    expect(json).toMatchObject({
      policy: {
        Statement: [
          {
            Action: ['s3:ListBucket'],
            Resource: 'arn:aws:s3:::bills',
            Condition: {StringLike: {'s3:prefix': ['exports/focus', 'exports/focus/*']}},
          },
          {Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::bills/exports/focus/*'},
        ],
      },
    })
  })

  test.each(['bills', 's3://', 's3://Bills/x', 's3://bills/*'])(
    'refuses what is no folder of S3: %s',
    async (place) => {
      const {exitCode, error} = await run(CostPolicy, ['--from', place], tools())

      expect(exitCode).toBe(2)
      expect(error).toMatchObject({code: 'BAD_BUCKET'})
    },
  )
})
