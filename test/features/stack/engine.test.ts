import {expect, test} from 'vitest'
import {chooseEngine} from '../../../src/features/stack/engine.js'

const answering = {endpoint: 'unix:///run/docker.sock', how: 'docker answers on /run/docker.sock'}
const silent = {why: 'the docker command is there, but no daemon answers'}

test('auto takes docker when its daemon answers, and says where', () => {
  const chosen = chooseEngine({configured: 'auto', remembered: undefined, found: answering})

  expect(chosen).toEqual({engine: 'docker', why: 'auto: docker answers on /run/docker.sock'})
})

test('auto takes native when no daemon answers, and says why', () => {
  const chosen = chooseEngine({configured: 'auto', remembered: undefined, found: silent})

  expect(chosen).toEqual({
    engine: 'native',
    why: 'auto: the docker command is there, but no daemon answers',
  })
})

test('auto stays with the engine that holds the data', () => {
  const chosen = chooseEngine({configured: 'auto', remembered: 'native', found: answering})

  expect(chosen.engine).toBe('native')
})

test('auto does not turn to native, where the data would seem to be gone', () => {
  const choose = () => chooseEngine({configured: 'auto', remembered: 'docker', found: silent})

  expect(choose).toThrow("this workspace's data are in docker")
})

test('docker that was asked for and does not answer is an error', () => {
  const choose = () => chooseEngine({configured: 'docker', remembered: undefined, found: silent})

  expect(choose).toThrow('engine is set to docker, but the docker command is there')
})
