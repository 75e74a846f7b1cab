import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {GetCostAndUsageRequest, GetCostAndUsageResponse} from '@aws-sdk/client-cost-explorer'
import type {Bill} from './bill.js'
import {evaluate} from './evaluate.js'
import {Refusal, refuse} from './refusal.js'
import {requestProblem, responseProblem} from './sdk-model.js'

/** What goes wrong with one request. `billed` says what AWS would have charged. */
export interface Fault {
  readonly name: string
  /** Instead of the answer. */
  readonly refuse?: Refusal
  /** Sent as it is, instead of an answer in AWS's shape. */
  readonly raw?: {readonly status: number; readonly body: string; readonly date?: string}
  /** Changes the answer. */
  readonly change?: (
    answer: GetCostAndUsageResponse,
    question: GetCostAndUsageRequest,
  ) => GetCostAndUsageResponse
  /** How much of the answer is sent before the connection is cut; 0 cuts before the headers. */
  readonly cutAfter?: number
  readonly delayMs?: number
}

interface StandInOptions {
  readonly bill: Bill
  readonly now?: () => Date
  /** Groups on one page. */
  readonly pageSize?: number
  readonly port?: number
}

/**
 * A Cost Explorer that evaluates questions over a bill, for the real SDK. Every question and every
 * answer is checked against the SDK's own model; it counts what AWS would charge.
 */
export class CostExplorerStandIn {
  bill: Bill
  now: () => Date
  pageSize: number
  /** Successful answers, $0.01 each, lost ones included: they were made. */
  billed = 0
  /** All requests to Cost Explorer. */
  readonly questions: GetCostAndUsageRequest[] = []
  /** What questions or answers the model of the SDK does not know; to be empty. */
  readonly problems: string[] = []
  /** Asked for each question, by its number from 1; what it gives happens. */
  faultFor: (number: number) => Fault | undefined = () => undefined
  /** What STS says, or does. */
  identity: {readonly account: string} | Refusal
  readonly #port: number
  readonly #server: Server

  constructor({bill, now = () => new Date(), pageSize = 5000, port = 0}: StandInOptions) {
    this.bill = bill
    this.now = now
    this.pageSize = pageSize
    this.identity = {account: bill.account}
    this.#port = port
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#port, '127.0.0.1', resolve)
    })
    return this
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get url(): string {
    // A server that listens on TCP has an address with a port.
    const {port} = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  /** What the CLI needs to ask here; the key is not secret and opens nothing. */
  get environment(): Readonly<Record<string, string>> {
    return {
      MITRA_COST_ENDPOINT: this.url,
      AWS_ENDPOINT_URL_STS: this.url,
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const target = String(request.headers['x-amz-target'] ?? '')
    if (target === '') return this.#serveSts(body, response)
    if (target !== 'AWSInsightsIndexService.GetCostAndUsage') {
      return sendRefusal(response, refuse('UnknownOperationException', `${target} is not known`))
    }
    // A JSON document is whatever it says; the model is asked next.
    const question = JSON.parse(body) as GetCostAndUsageRequest
    const fault = this.faultFor(this.questions.push(question)) ?? {name: 'none'}
    await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 0))
    if (fault.raw !== undefined) return sendRaw(response, fault.raw)
    const answer = fault.refuse ?? this.#answer(request, question)
    if (answer instanceof Refusal) return sendRefusal(response, answer)
    this.billed += 1
    const {change = (one) => one, cutAfter} = fault
    return sendAnswer(response, JSON.stringify(change(answer, question)), cutAfter)
  }

  #answer(request: IncomingMessage, question: GetCostAndUsageRequest) {
    try {
      return this.#checkedAnswer(request, question)
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
  }

  #checkedAnswer(
    request: IncomingMessage,
    question: GetCostAndUsageRequest,
  ): GetCostAndUsageResponse {
    const signature = request.headers.authorization ?? ''
    if (!/^AWS4-HMAC-SHA256 .*\/us-east-1\/ce\/aws4_request/.test(signature)) {
      throw refuse('MissingAuthenticationTokenException', 'Missing Authentication Token')
    }
    const wrong = requestProblem(question)
    if (wrong !== undefined) {
      this.problems.push(wrong)
      throw refuse('SerializationException', wrong)
    }
    const answer = evaluate(question, {bill: this.bill, now: this.now(), pageSize: this.pageSize})
    const odd = responseProblem(JSON.parse(JSON.stringify(answer)))
    if (odd !== undefined) this.problems.push(odd)
    return answer
  }

  #serveSts(body: string, response: ServerResponse): void {
    const {identity} = this
    const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'
    if (!body.includes('Action=GetCallerIdentity')) {
      return send(response, 404, 'text/plain', 'The stand-in does not know this.')
    }
    if (identity instanceof Refusal) {
      const error = `<Type>Sender</Type><Code>${identity.type}</Code><Message>${identity.message}</Message>`
      const xml = `<ErrorResponse xmlns="${namespace}"><Error>${error}</Error></ErrorResponse>`
      return send(response, identity.status, 'text/xml', xml)
    }
    const arn = `arn:aws:iam::${identity.account}:user/mitra-report`
    const result = `<Arn>${arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>${identity.account}</Account>`
    const whole = `<GetCallerIdentityResult>${result}</GetCallerIdentityResult>`
    const xml = `<GetCallerIdentityResponse xmlns="${namespace}">${whole}</GetCallerIdentityResponse>`
    return send(response, 200, 'text/xml', xml)
  }
}

const jsonType = 'application/x-amz-json-1.1'

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

function sendRefusal(response: ServerResponse, {type, message, status}: Refusal): void {
  send(response, status, jsonType, JSON.stringify({__type: type, Message: message}))
}

function sendRaw(response: ServerResponse, {status, body, date}: NonNullable<Fault['raw']>): void {
  if (date !== undefined) response.setHeader('date', date)
  send(response, status, body.startsWith('<') ? 'text/html' : jsonType, body)
}

function sendAnswer(response: ServerResponse, body: string, cutAfter: number | undefined): void {
  if (cutAfter === undefined) return send(response, 200, jsonType, body)
  if (cutAfter === 0) {
    response.destroy()
    return undefined
  }
  response.writeHead(200, {'content-type': jsonType, 'content-length': Buffer.byteLength(body)})
  response.write(body.slice(0, Math.floor(body.length * cutAfter)), () => response.destroy())
  return undefined
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {'content-type': type, 'x-amzn-requestid': 'stand-in'})
  response.end(body)
}
