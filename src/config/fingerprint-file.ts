import {readFile} from 'node:fs/promises'
import * as v from 'valibot'
import {messageOf, MitraError} from '../errors.js'
import type {Fingerprint} from '../ports/fingerprint.js'
import {readCheckedYaml} from './checked-yaml.js'

const text = v.string('expected a text')
const texts = v.record(v.string(), text)

const result = v.looseObject({
  fingerprint: v.looseObject({
    digest: text,
    mitra: text,
    platform: text,
    architecture: text,
    engine: v.optional(text),
    tools: texts,
    lock: texts,
    services: texts,
    settings: texts,
  }),
})

/** What `mitra doctor --fingerprint --json` printed on another machine; every mistake names its line. */
export async function readFingerprint(file: string): Promise<Fingerprint> {
  const written = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, messageOf(error))
  })
  if (!/\bfingerprint"?\s*:/.test(written)) throw noFingerprint(file)
  const {digest, mitra, platform, architecture, engine, tools, lock, services, settings} =
    readCheckedYaml(file, written, result).value.fingerprint
  return {digest, mitra, platform, architecture, engine, tools, lock, services, settings}
}

const making = 'On the other machine: mitra doctor --fingerprint --json > FILE'

function noFingerprint(file: string): MitraError {
  const message = `${file} is no fingerprint.`
  return new MitraError('usage', 'NO_FINGERPRINT', message, {hints: [making]})
}

function unreadable(file: string, why: string): MitraError {
  const message = `${file} cannot be read: ${why}.`
  return new MitraError('usage', 'NO_FINGERPRINT', message, {hints: [making]})
}
