const patienceMs = 200

let isAsked = false

/** For a command that has said all it will: what it asked and got no answer from does not keep it. */
export function leaveWhenDone(): void {
  isAsked = true
}

export function isLeavingSoon(): boolean {
  return isAsked
}

/** Ends the process a moment later, with the exit code that it has, if it does not end by itself before. */
export function leaveSoon(): void {
  setTimeout(() => process.exit(), patienceMs).unref()
}
