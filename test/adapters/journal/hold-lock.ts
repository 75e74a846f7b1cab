import {setTimeout as sleep} from 'node:timers/promises'
import {acquireLock} from '../../../src/adapters/journal/lock.js'

/** Takes the lock and holds it until it is killed: `hold-lock.ts FOLDER`. */
await acquireLock(process.argv[2] ?? '', 'writer', {purpose: 'hold', waitMs: 10_000})
await sleep(60_000)
