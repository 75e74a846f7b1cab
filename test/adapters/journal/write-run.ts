import {writeOneRun} from './one-run.js'

/** `write-run.ts FOLDER` */
await writeOneRun(process.argv[2] ?? '')
