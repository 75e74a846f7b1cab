import * as v from 'valibot'
import {readCheckedYaml} from '../checked-yaml.js'

const answers = v.record(v.string(), v.string('expected the name of a tool'))

/** What a person chose, as it was remembered. */
export function parseChoices(file: string, text: string): Readonly<Record<string, string>> {
  return readCheckedYaml(file, text, answers).value
}
