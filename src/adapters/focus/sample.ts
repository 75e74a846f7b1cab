import {fileURLToPath} from 'node:url'

// The same place seen from src/adapters/focus and from dist/adapters/focus.
/** The export that mitra brings; scripts/focus-sample.ts makes it. */
export const samplePath = fileURLToPath(
  new URL('../../../config/samples/focus-sample.csv.gz', import.meta.url),
)

/** A package keeps no times of its files; this is the morning after its last day. */
export const sampleMadeAt = '2026-11-24T03:00:00Z'
