import fc from 'fast-check'

const words = (
  'select user default null table public shared information template1 mitra mitra_admin ' +
  'mitra_migrator mitra_spare_1 pg_catalog pg_toast postgres lic hdfc icici_2 lic_schema lic_login ' +
  'tenant current_user session_user'
).split(' ')

const attacks = [
  `"`,
  `'`,
  `""`,
  `''`,
  `$$`,
  `$a$`,
  `\\`,
  `--`,
  `/*`,
  `*/`,
  ';',
  '\n',
  '\r\n',
  '\t',
  '\0',
  `"; DROP SCHEMA shared_schema CASCADE; --`,
  `'; SELECT pg_sleep(9); --`,
  `$$; COMMIT; $$`,
  `" AUTHORIZATION postgres; --`,
  `E'\\''`,
  `U&"\\0061"`,
  '%s',
  '%I',
  ':name',
  '$1',
  '{}',
  '../..',
  '~',
]

// Letters that look like others, are wider, are not seen, or become others in small letters.
const lookAlikes = (
  'а|е|о|р|с|і|ｌ|ｉ|ｃ|ⅼ|ℓ|ı|İ|K|ſ|ß|ﬁ|é|e\u0301|' +
  '\u200b|\u200d|\u00ad|\u2028|\ufeff|\u202e|\u00a0|٣|१|＿|‿|😀|保'
).split('|')

const plain = 'abcdefghijklmnopqrstuvwxyz0123456789_'.split('')
const letters = fc.string({unit: fc.constantFrom(...plain), maxLength: 70})
const piece = fc.oneof(
  {weight: 4, arbitrary: letters},
  {weight: 2, arbitrary: fc.constantFrom(...words)},
  {weight: 2, arbitrary: fc.constantFrom(...attacks)},
  {weight: 2, arbitrary: fc.constantFrom(...lookAlikes)},
  {weight: 1, arbitrary: fc.string({unit: 'binary', maxLength: 20})},
  {weight: 1, arbitrary: fc.string({unit: 'grapheme', maxLength: 20})},
)

// Bytes at the limits: of a name (41), of an identifier (63), and of both with what is added.
const edges = fc
  .tuple(fc.constantFrom(40, 41, 42, 56, 57, 62, 63, 64, 128), fc.constantFrom('a', 'é', '保', '_'))
  .map(([bytes, letter]) => letter.repeat(Math.ceil(bytes / Buffer.byteLength(letter))))

const hostile = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(piece, {minLength: 1, maxLength: 4}).map((parts) => parts.join('')),
  },
  {weight: 1, arbitrary: edges},
  {weight: 1, arbitrary: fc.constantFrom(...words).map((word) => word.toUpperCase())},
)

// Names as people choose them, near each other, so that what is derived could meet.
const near = fc
  .tuple(fc.constantFrom('', 'a', 'b'), fc.string({unit: fc.constantFrom(...plain), maxLength: 6}))
  .chain(([first, rest]) =>
    fc
      .constantFrom('', '_schema', '_login', '_schema_schema', '_x')
      .map((end) => first + rest + end),
  )

/** The same names at every run. */
export function hostileNames(count: number): readonly string[] {
  const both = fc.oneof({weight: 2, arbitrary: hostile}, {weight: 1, arbitrary: near})
  return fc.sample(both, {numRuns: count, seed: 20_261_124})
}
