import * as v from 'valibot'

const path = v.string('expected a path')

/** What costs are measured against; part of the one table. */
export const costPlanSettings = {
  'cost.phase': {
    schema: v.pipe(
      v.string('expected the name of a phase'),
      v.regex(/^[a-zA-Z][\w-]*$/, 'expected the name of a phase, or auto'),
    ),
    fallback: 'auto',
    about: 'The phase whose budget holds; auto takes the one that cost.users falls into.',
  },
  'cost.users': {
    schema: v.pipe(
      v.number('expected a number of users'),
      v.integer('expected a whole number'),
      v.minValue(1, 'expected 1 or more'),
      v.maxValue(1_000_000_000, 'expected a billion at most'),
    ),
    fallback: 700,
    about: 'Monthly active users, which the phase follows from.',
  },
  'cost.gstPercent': {
    schema: v.pipe(
      v.number('expected a percentage'),
      v.minValue(0, 'expected 0 to 100'),
      v.maxValue(100, 'expected 0 to 100'),
    ),
    fallback: 18,
    about: 'GST on what the bill and the subscriptions come to.',
  },
  'cost.phasesFile': {
    schema: path,
    fallback: '',
    about: 'Budgets; empty takes cost/phases.yml of the workspace, else the ones that mitra ships.',
  },
  'cost.subscriptionsFile': {
    schema: path,
    fallback: '',
    about:
      'Subscriptions; empty takes cost/subscriptions.yml of the workspace, else those shipped.',
  },
  'cost.exchangeRatesFile': {
    schema: path,
    fallback: '',
    about: 'Rates; empty takes cost/exchange-rates.yml of the workspace, else those shipped.',
  },
  'cost.driversFile': {
    schema: path,
    fallback: '',
    about: 'What drives cost with users; else cost/drivers.yml, else the one shipped.',
  },
} as const
