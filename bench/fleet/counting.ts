import type {Database, Session} from '../../src/ports/database.js'

/** What went to the server through a database: logins, messages, and the time until their answers. */
export interface Traffic {
  logins: number
  messages: number
  milliseconds: number
}

/** The same database; what passes is counted. */
export function counted(database: Database): {
  readonly database: Database
  readonly traffic: Traffic
} {
  const traffic: Traffic = {logins: 0, messages: 0, milliseconds: 0}
  const timed =
    <A extends readonly unknown[], R>(send: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const from = performance.now()
      traffic.messages += 1
      try {
        return await send(...given)
      } finally {
        traffic.milliseconds += performance.now() - from
      }
    }
  const wrapped = (session: Session): Session => ({
    query: timed((sql: string, parameters?: readonly unknown[]) => session.query(sql, parameters)),
    script: timed((sql: string) => session.script(sql)),
    copyIn: session.copyIn.bind(session),
    copyOut: session.copyOut.bind(session),
    notices: () => session.notices(),
    hold: (lock) => session.hold(lock),
    close: () => session.close(),
  })
  return {
    traffic,
    database: {
      name: database.name,
      url: (login) => database.url(login),
      async connect(login, options) {
        traffic.logins += 1
        return wrapped(await database.connect(login, options))
      },
    },
  }
}
