import {createServer, type IncomingHttpHeaders, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

type Answer = (response: ServerResponse, count: number) => void

/** A server on loopback that keeps what it gets and answers as it is told. */
export class HttpReceiver {
  readonly received: Received[] = []
  answer: Answer = (response) => response.end('ok')
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      this.received.push({path: request.url ?? '', headers: request.headers, body})
      this.answer(response, this.received.length)
    })
  })

  /** Resolves to its address. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    // A TCP server's address is never a path.
    const {port} = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

export function status(code: number, text = '', headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(code, headers).end(text)
}

/** The first answers in their order, then `ok`. */
export function inTurn(...answers: readonly Answer[]): Answer {
  return (response, count) =>
    (answers[count - 1] ?? ((late: ServerResponse) => late.end('ok')))(response, count)
}
