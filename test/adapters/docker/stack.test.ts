import {describe} from 'vitest'
import {stackContract} from '../../contracts/stack.js'
import {hasEngine, openDockerWorld} from './world.js'

describe.skipIf(!hasEngine)('where there is an engine', () => {
  stackContract('the docker stack', () => openDockerWorld(22_100))
})
