import {writeAtomic} from '../../../src/adapters/files/write-atomic.js'

/** Writes texts of one letter each, again and again, until it is killed: `write-forever.ts FILE`. */
for (let count = 0; ; count += 1) {
  const letter = String.fromCodePoint(0x61 + (count % 26))
  await writeAtomic(process.argv[2] ?? '', letter.repeat(1_000_000 + count))
  if (count === 0) process.stdout.write('writing\n')
}
