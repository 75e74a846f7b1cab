import {stackContract} from '../contracts/stack.js'
import {FakeMachine, FakeStack} from './stack.js'

stackContract('FakeStack', async () => {
  const machine = new FakeMachine()
  return {
    open: (generation = 1) => new FakeStack({machine, generation}),
    kill: async (service) => machine.kill(service),
    async obstruct(service) {
      machine.obstructed.set(service, 'its port is taken')
      return async () => void machine.obstructed.delete(service)
    },
    passwords: async () => ['secret'],
    close: async () => undefined,
  }
})
