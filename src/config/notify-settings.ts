import * as v from 'valibot'

// Good enough to catch a slip of the pen; whether it exists only the mail server knows.
const address = /^([^<>@\s][^<>@]*<)?[^\s@<>]+@[^\s@<>]+>?$/

/** How people are told. The addresses that are secrets are variables or lie in the secrets file. */
export const notifySettings = {
  'notify.emailTo': {
    schema: v.pipe(
      v.array(
        v.pipe(
          v.string('expected an e-mail address'),
          v.regex(address, 'expected an e-mail address'),
        ),
      ),
      v.maxLength(50),
    ),
    fallback: [],
    about: 'Who gets e-mail.',
  },
  'notify.emailFrom': {
    schema: v.pipe(
      v.string('expected an e-mail address'),
      v.regex(address, 'expected an e-mail address such as Mitra <mitra@example.com>'),
    ),
    fallback: 'mitra@localhost.localdomain',
    about: 'Whom e-mail comes from.',
  },
  'notify.timeoutSeconds': {
    schema: v.pipe(v.number('expected seconds'), v.minValue(1), v.maxValue(120)),
    fallback: 10,
    about:
      'How long a receiver may take to answer; what may be tried again is, three times in all.',
  },
} as const
