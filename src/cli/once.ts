/** Each tool is opened at most once a command; a failed opening is not kept. */
export function onceEach() {
  return <T>(open: () => Promise<T>): (() => Promise<T>) => {
    let opened: Promise<T> | undefined
    return () => {
      opened ??= open().catch((error: unknown) => {
        opened = undefined
        throw error
      })
      return opened
    }
  }
}

export type Once = ReturnType<typeof onceEach>
