import {MitraError} from '../errors.js'

/** All of standard input; a terminal is not waited for. */
export async function readStdin(): Promise<string> {
  if (process.stdin.isTTY) {
    throw new MitraError('usage', 'NO_INPUT', 'There is nothing on standard input.', {
      hints: ['mitra db query - < file.sql'],
    })
  }
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
