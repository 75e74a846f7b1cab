/** What AWS says no with. */
export class Refusal extends Error {
  readonly type: string
  readonly status: number

  constructor(type: string, message: string, status = 400) {
    super(message)
    this.type = type
    this.status = status
  }
}

export function refuse(type: string, message: string, status?: number): Refusal {
  return new Refusal(type, message, status)
}
