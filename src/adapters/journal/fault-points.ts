export type FaultMoment = 'before' | 'after' | 'torn'

/**
 * Where a test wants this process to die: `MITRA_FAULT=journal:<n>:before|after|torn` is at its n-th
 * record. Undefined everywhere else, and without the variable.
 */
export function faultAt(
  record: number,
  text = process.env['MITRA_FAULT'],
): FaultMoment | undefined {
  const [, number, moment] = /^journal:(\d+):(before|after|torn)$/.exec(text ?? '') ?? []
  if (Number(number) !== record) return undefined
  return moment === 'before' || moment === 'after' || moment === 'torn' ? moment : undefined
}

/** As a power cut would: no handler runs, nothing is flushed. */
export function dieHere(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;) {
    // The signal is delivered before the next instruction that matters.
  }
}
