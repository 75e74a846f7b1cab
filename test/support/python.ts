import {runProgram} from '../../src/adapters/process/run.js'
import {requirement} from './requirements.js'

export const hasGitAndVenv = await requirement('git and python3-venv', async () => {
  const asked = await Promise.all([
    runProgram('git', ['--version']),
    runProgram('python3', ['-c', 'import ensurepip']),
  ]).catch(() => [{code: 1}])
  return asked.every(({code}) => code === 0)
})
