/** Where a test wants this process to die: at its n-th journal record. */
export interface FaultPoint {
  readonly record: number
  readonly moment: 'before' | 'after' | 'torn'
}

/** `MITRA_FAULT=journal:<n>:before|after|torn`; without the variable there is none. */
export function faultPoint(text = process.env['MITRA_FAULT']): FaultPoint | undefined {
  const parts = /^journal:(\d+):(before|after|torn)$/.exec(text ?? '')
  const [, record, moment] = parts ?? []
  if (record === undefined) return undefined
  if (moment !== 'before' && moment !== 'after' && moment !== 'torn') return undefined
  return {record: Number(record), moment}
}

/** As a power cut would: no handler runs, nothing is flushed. */
export function dieHere(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;) {
    // The signal is delivered before the next instruction that matters.
  }
}
