import {createHash, createHmac, pbkdf2Sync, randomBytes} from 'node:crypto'

/**
 * What Postgres stores of a password (RFC 5803): sent in its place, so that neither a log nor the
 * memory of the server ever holds the password. It cannot be got back from it.
 */
export function scramVerifier(
  password: string,
  salt: Buffer = randomBytes(16),
  iterations = 4096,
): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const key = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(key('Client Key')).digest('base64')
  const server = key('Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`
}
