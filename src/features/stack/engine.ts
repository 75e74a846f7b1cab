import {MitraError} from '../../errors.js'
import type {FoundEngine} from '../../ports/engine.js'

export interface ChosenEngine {
  readonly engine: 'docker' | 'native'
  readonly why: string
}

interface Choice {
  readonly configured: 'auto' | 'docker' | 'native'
  /** The engine that already holds this workspace's data. */
  readonly remembered: 'docker' | 'native' | undefined
  readonly found: FoundEngine
}

/**
 * `auto` keeps the engine that holds the data, else takes docker when its daemon answers, else
 * native. It never turns to the other engine by itself: the data would seem to be gone.
 */
export function chooseEngine({configured, remembered, found}: Choice): ChosenEngine {
  if (configured === 'native') return {engine: 'native', why: 'engine is set to native'}
  if (configured === 'docker') {
    if ('why' in found) throw noDaemon(`engine is set to docker, but ${found.why}`)
    return {engine: 'docker', why: `engine is set to docker; ${found.how}`}
  }
  if (remembered === 'native') {
    return {engine: 'native', why: "auto: this workspace's data are in the native engine"}
  }
  if ('endpoint' in found) return {engine: 'docker', why: `auto: ${found.how}`}
  if (remembered === 'docker') {
    throw noDaemon(`this workspace's data are in docker, but ${found.why}`)
  }
  return {engine: 'native', why: `auto: ${found.why}`}
}

function noDaemon(message: string): MitraError {
  return new MitraError('notReady', 'ENGINE_DOWN', `${message}.`, {
    hints: [
      'Start Docker and run the command again.',
      'Or take --engine native (it has data of its own).',
    ],
  })
}
