import {get} from 'node:http'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** One GET on loopback; undefined when nothing answers in time. */
export function askHttp(
  port: number,
  path: string,
  timeoutMs = 1000,
): Promise<HttpAnswer | undefined> {
  return new Promise((resolve) => {
    const request = get(
      {host: '127.0.0.1', port, path, timeout: timeoutMs, agent: false},
      (response) => {
        response.resume()
        response.on('error', () => undefined)
        resolve({status: response.statusCode ?? 0, headers: response.headers})
      },
    )
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}
