export {NativeStack as DockerStack} from '../native/stack.js'
