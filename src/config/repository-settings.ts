import * as v from 'valibot'

// What git takes as an address; never an option of it, nor a transport that runs a program.
const address = /^(?:(?:https?|ssh|git|file):\/\/\S+|[\w.-]+@[\w.-]+:\S+|\/\S.*)$/

const url = v.pipe(
  v.string('expected the address of a git repository'),
  v.check(
    (text) => text === '' || (address.test(text) && !text.includes('::')),
    'expected the address of a git repository, such as git@github.com:company/backend.git',
  ),
)

/** Where the programs of the platform come from. */
export const repositorySettings = {
  'repositories.backend': {
    schema: url,
    fallback: '',
    about: 'setup --profile clones it into python-backend/; without it, it writes a small backend.',
  },
  'repositories.app': {
    schema: url,
    fallback: '',
    about: 'setup --profile clones it into flutter-app/.',
  },
} as const
