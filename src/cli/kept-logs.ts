import type {KeptNames} from '../features/stack/names.js'
import type {KeptName} from '../ports/stack.js'
import type {Tools} from './tools.js'

export interface KeptLine {
  readonly service: KeptName
  readonly text: string
}

/** What services and backend wrote; followed, each line as it comes from any of them. */
export async function* keptLogs(
  tools: Tools,
  {services, backend}: KeptNames,
  {tail, follow}: {readonly tail: number; readonly follow: boolean},
): AsyncIterable<KeptLine> {
  const ofServices = async () => (await tools.stack()).logs(services, {tail, follow})
  const ofBackend = async () => (await tools.backend()).logs({tail, follow})
  const sources: readonly AsyncIterable<KeptLine>[] = [
    ...(services.length > 0 ? [await ofServices()] : []),
    ...(backend ? [await ofBackend()] : []),
  ]
  if (follow) yield* merged(sources)
  else for (const source of sources) yield* source
}

async function* merged<T>(sources: readonly AsyncIterable<T>[]): AsyncIterable<T> {
  const next = async (iterator: AsyncIterator<T>) => ({iterator, result: await iterator.next()})
  const waiting = new Map(
    sources.map((source) => {
      const iterator = source[Symbol.asyncIterator]()
      return [iterator, next(iterator)]
    }),
  )
  while (waiting.size > 0) {
    const {iterator, result} = await Promise.race(waiting.values())
    if (result.done === true) waiting.delete(iterator)
    else {
      waiting.set(iterator, next(iterator))
      yield result.value
    }
  }
}
