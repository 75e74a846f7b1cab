import {connect} from 'node:net'

interface Exchange {
  readonly port: number
  readonly send: Buffer | string
  readonly timeoutMs?: number
  /** True when the answer so far is whole. */
  readonly isWhole: (answer: Buffer) => boolean
}

/** Sends once to a loopback port and returns the answer; undefined when there is none in time. */
export function exchange({
  port,
  send,
  timeoutMs = 1000,
  isWhole,
}: Exchange): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({port, host: '127.0.0.1'})
    let answer = Buffer.alloc(0)
    const finish = (result: Buffer | undefined) => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(timeoutMs, () => finish(undefined))
    socket.on('error', () => finish(undefined))
    socket.on('close', () => finish(answer.length > 0 ? answer : undefined))
    socket.on('connect', () => socket.write(send))
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      if (isWhole(answer)) finish(answer)
    })
  })
}
