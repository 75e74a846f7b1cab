import {
  CostExplorerClient,
  GetCostAndUsageCommand,
  type GetCostAndUsageCommandInput,
} from '@aws-sdk/client-cost-explorer'
import type {BillPage, BillPages, BillQuery} from '../../ports/bill-pages.js'
import {billPage, metrics} from './answer.js'
import {pageFailure} from './failure.js'

export interface CostExplorerPlace {
  readonly region: string
  /** Another address than AWS's own: a VPC endpoint, a test. */
  readonly endpoint: string | undefined
  readonly profile: string | undefined
  readonly timeoutMs: number
}

/** Failures of STS without which the report is as right; the bill itself has its own. */
const withoutAnswer = ['UNREACHABLE', 'LOST_ANSWER', 'ACCESS_DENIED']

/** Cost Explorer through the SDK, which never repeats a request here: each may cost something. */
export class CostExplorerPages implements BillPages {
  readonly #place: CostExplorerPlace
  readonly #client: CostExplorerClient

  constructor(place: CostExplorerPlace) {
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
    this.#place = place
    const {timeoutMs, endpoint} = place
    this.#client = new CostExplorerClient({
      ...identityOf(place),
      maxAttempts: 1,
      ...(endpoint === undefined ? {} : {endpoint}),
      requestHandler: {connectionTimeout: Math.min(timeoutMs, 10_000), socketTimeout: timeoutMs},
    })
  }

  /** What the credentials say themselves, else STS, which asks for no permission and no money. */
  async account(): Promise<string | undefined> {
    try {
      const {accountId} = await this.#client.config.credentials()
      return accountId ?? (await this.#askSts())
    } catch (error) {
      throw pageFailure(error)
    }
  }

  async page(query: BillQuery, token: string | undefined): Promise<BillPage> {
    const command = new GetCostAndUsageCommand(questionOf(query, token))
    try {
      // Of the whole exchange: the SDK's own timeouts begin anew with each byte.
      const abortSignal = AbortSignal.timeout(this.#place.timeoutMs)
      return billPage(await this.#client.send(command, {abortSignal}), query.service)
    } catch (error) {
      throw pageFailure(error)
    }
  }

  async #askSts(): Promise<string | undefined> {
    const {GetCallerIdentityCommand, STSClient} = await import('@aws-sdk/client-sts')
    const client = new STSClient({...identityOf(this.#place), maxAttempts: 2})
    const abortSignal = AbortSignal.timeout(Math.min(this.#place.timeoutMs, 15_000))
    try {
      return (await client.send(new GetCallerIdentityCommand({}), {abortSignal})).Account
    } catch (error) {
      const failure = pageFailure(error)
      // A closed network may have a door to Cost Explorer and none to STS, and a policy may forbid it.
      if (withoutAnswer.includes(failure.code)) return undefined
      throw failure
    } finally {
      client.destroy()
    }
  }
}

function identityOf({region, profile}: CostExplorerPlace) {
  return {region, ...(profile === undefined ? {} : {profile})}
}

/** The same for every page but the token, or Cost Explorer refuses to go on. */
export function questionOf(
  {window, service}: BillQuery,
  token: string | undefined,
): GetCostAndUsageCommandInput {
  const first = service === undefined ? 'SERVICE' : 'USAGE_TYPE'
  return {
    TimePeriod: {Start: window.start, End: window.end},
    Granularity: 'DAILY',
    Metrics: [...metrics],
    GroupBy: [
      {Type: 'DIMENSION', Key: first},
      {Type: 'DIMENSION', Key: 'RECORD_TYPE'},
    ],
    ...(service === undefined ? {} : {Filter: {Dimensions: {Key: 'SERVICE', Values: [service]}}}),
    ...(token === undefined ? {} : {NextPageToken: token}),
  }
}
