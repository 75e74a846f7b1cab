import * as v from 'valibot'
import {toolPlatforms, type ToolchainLock} from '../../ports/toolchain.js'
import {readCheckedYaml} from '../checked-yaml.js'

const lockFile = v.strictObject({
  version: v.literal(1, 'expected 1: a newer mitra wrote another one'),
  platform: v.picklist(toolPlatforms),
  architecture: v.pipe(v.string('expected a text'), v.minLength(1, 'expected a text')),
  tools: v.record(v.string(), v.pipe(v.string('expected a version in quotes'), v.minLength(1))),
})

/** `mitra.lock` as it was written; every mistake names its line. */
export function parseToolchainLock(file: string, text: string): ToolchainLock {
  const {platform, architecture, tools} = readCheckedYaml(file, text, lockFile).value
  return {platform, architecture, tools}
}
