import {FileSecrets} from '../../../src/adapters/secrets/file-secrets.js'

/** Asks for one password and prints it: `ensure.ts FILE NAME`. */
const [file = '', name = ''] = process.argv.slice(2)
process.stdout.write((await new FileSecrets(file).ensure(name)).reveal())
