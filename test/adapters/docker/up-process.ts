// Brings the stack up in a process of its own, for tests that kill it.
import {join} from 'node:path'
import {DockerStack} from '../../../src/adapters/docker/stack.js'
import {FileSecrets} from '../../../src/adapters/secrets/file-secrets.js'
import {serviceNames} from '../../../src/ports/stack.js'

const plain = JSON.parse(process.env['MITRA_TEST_UP'] ?? '')
const secrets = new FileSecrets(join(plain.layout.state, 'secrets.json'))
await new DockerStack({...plain, secrets}).up(serviceNames, async () => undefined)
