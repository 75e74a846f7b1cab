export type FaultMoment = 'before' | 'after' | 'torn'

/**
 * Where a test wants this process to die: `MITRA_FAULT=journal:<n>:before|after|torn` is at the n-th
 * record of the log with that name. Undefined everywhere else, and without the variable.
 */
export function faultAt(
  log: string,
  record: number,
  text = process.env['MITRA_FAULT'],
): FaultMoment | undefined {
  const [, name, number, moment] = /^([a-z]+):(\d+):(before|after|torn)$/.exec(text ?? '') ?? []
  if (name !== log || Number(number) !== record) return undefined
  return moment === 'before' || moment === 'after' || moment === 'torn' ? moment : undefined
}

/** As a power cut would: no handler runs, nothing is flushed. */
export function dieHere(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;) {
    // The signal is delivered before the next instruction that matters.
  }
}
