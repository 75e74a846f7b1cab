import {exchange} from './wire.js'

/**
 * True when Postgres accepts connections. Protocol 3.0's start-up message is answered with `R`
 * (authenticate) by a server that accepts, with `E` (57P03) by one that still starts.
 */
export async function doesPostgresAccept(port: number): Promise<boolean> {
  const answer = await exchange({port, send: startup('mitra_admin'), isWhole: () => true})
  return answer?.at(0) === 'R'.charCodeAt(0)
}

function startup(user: string): Buffer {
  const body = Buffer.from(`user\0${user}\0database\0postgres\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, body])
}
