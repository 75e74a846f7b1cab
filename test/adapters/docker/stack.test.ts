import {stackContract} from '../../contracts/stack.js'
import {hasEngine, openDockerWorld} from './world.js'

if (hasEngine) stackContract('the docker stack', () => openDockerWorld(22_100))
