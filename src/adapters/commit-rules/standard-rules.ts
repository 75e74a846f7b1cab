import type lint from '@commitlint/lint'

/** What templates/git/commitlintrc.yml says; a test holds them together. */
export const standardRules = {
  parserPreset: {
    parserOpts: {headerPattern: /^(\w*)(?:\((.*)\))?!?: (.*)$/},
  },
  rules: {
    'type-enum': [2, 'always', ['feat', 'fix', 'docs', 'style', 'refactor', 'test', 'chore']],
    'type-case': [2, 'always', 'lower-case'],
    'type-empty': [2, 'never'],
    'subject-empty': [2, 'never'],
    'subject-full-stop': [2, 'never', '.'],
    'header-max-length': [2, 'always', 100],
    'header-trim': [2, 'always'],
    'body-leading-blank': [2, 'always'],
    'body-max-line-length': [2, 'always', 100],
    'footer-leading-blank': [1, 'always'],
    'footer-max-line-length': [2, 'always', 100],
  } satisfies NonNullable<Parameters<typeof lint>[1]>,
}
