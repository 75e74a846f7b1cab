import fc from 'fast-check'
import {expect, test} from 'vitest'
import {crontabEntry, crontabWith, entryIn} from '../../../src/adapters/schedule/crontab-text.js'

const command = {
  key: 'cost-report-0123456789ab',
  argv: ['/usr/bin/node', '/opt/mitra/bin/run.js', 'cost', 'report', '--quiet'],
  folder: '/srv/agent mitra',
  at: {hour: 9, minute: 5},
  logFile: '/srv/agent mitra/.mitra/cost-report.log',
} as const

test('the line names everything in full, quoted for sh', () => {
  expect(crontabEntry(command).split('\n')).toEqual([
    '# mitra cost-report-0123456789ab: begin (mitra cost schedule writes this)',
    "5 9 * * * cd '/srv/agent mitra' && /usr/bin/node /opt/mitra/bin/run.js cost report --quiet >> '/srv/agent mitra/.mitra/cost-report.log' 2>&1",
    '# mitra cost-report-0123456789ab: end',
    '',
  ])
})

test('a percent sign, which would end the line for cron, is escaped', () => {
  const argv = [...command.argv, '--fail-over', 'forecast:100%'] as const

  expect(crontabEntry({...command, argv: ['/usr/bin/node', ...argv.slice(1)]})).toContain(
    'forecast:100\\%',
  )
})

test('a path with a line break is refused', () => {
  expect(() => crontabEntry({...command, folder: '/srv/a\nb'})).toThrow('line break')
})

test('a quote in a path is quoted without a backslash, which crons read differently', () => {
  expect(crontabEntry({...command, folder: "/srv/it's"})).toContain(`cd '/srv/it'"'"'s' &&`)
  expect(() => crontabEntry({...command, folder: '/srv/a\\b'})).toThrow('backslash')
})

test('a command that is longer than cron takes is refused', () => {
  expect(() => crontabEntry({...command, folder: `/srv/${'x'.repeat(990)}`})).toThrow(
    'cron takes 998',
  )
})

test.each(['begin', 'end'])(
  'half an entry, with its mark "%s" alone, is refused by its line',
  (mark) => {
    const {key} = command
    const lines = crontabEntry(command).split('\n')
    const torn = ['# mine', ...lines.filter((one) => !one.startsWith(`# mitra ${key}: ${mark}`))]

    expect(() => crontabWith(torn.join('\n'), key, undefined)).toThrow(/^Line [23] of the crontab/)
    expect(() => entryIn(torn.join('\n'), key)).toThrow('are not one pair')
  },
)

const line = fc.string({
  unit: fc.constantFrom('#', ' ', '*', '5', 'a', '%', '/', 'é'),
  maxLength: 12,
})
const crontab = fc
  .tuple(fc.array(line, {maxLength: 6}), fc.boolean())
  .map(([lines, isClosed]) => lines.join('\n') + (isClosed && lines.length > 0 ? '\n' : ''))

test('all other lines stay as they are: written, changed and taken out again', () => {
  const {key} = command
  const [first, second] = [
    crontabEntry(command),
    crontabEntry({...command, at: {hour: 23, minute: 0}}),
  ]
  fc.assert(
    fc.property(crontab, crontab, (before, after) => {
      const whole = crontabWith(before, key, first) + after
      expect(entryIn(whole, key)).toBe(first)
      const changed = crontabWith(whole, key, second)
      expect(entryIn(changed, key)).toBe(second)
      expect(changed.replace(second, first)).toBe(whole)
      const closed = before === '' || before.endsWith('\n') ? before : `${before}\n`
      expect(crontabWith(changed, key, undefined)).toBe(closed + after)
    }),
    {numRuns: 1000},
  )
})
