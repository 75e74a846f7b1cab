import {MitraError} from '../../errors.js'
import {lastLine, runProgram, type RunOptions} from '../process/run.js'

/** Why one way of getting a program does not work here; the next way is tried. */
export class WayClosed extends Error {}

/** Runs a program of a way; its failure closes the way. */
export async function mustRun(program: string, argv: readonly string[], options: RunOptions = {}) {
  try {
    const result = await runProgram(program, argv, options)
    if (result.code === 0) return result
    throw new WayClosed(`${program} ${argv[0]} ended with ${result.code}: ${lastLine(result)}`)
  } catch (error) {
    if (error instanceof MitraError) throw new WayClosed(error.message)
    throw error
  }
}
