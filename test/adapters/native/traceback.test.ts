import {expect, test} from 'vitest'
import {pythonError} from '../../../src/adapters/native/traceback.js'

const imported = [
  "INFO:     Loading environment from '../.env.local'",
  'Traceback (most recent call last):',
  '  File "<frozen runpy>", line 198, in _run_module_as_main',
  '  File "/w/python-backend/.venv/lib/python3.12/site-packages/uvicorn/main.py", line 9, in run',
  '    self.config.load()',
]

test('names the line of the project, not the one of a package', () => {
  const lines = [
    ...imported,
    '  File "/private/w/python-backend/backend/settings.py", line 12, in read_settings',
    '    return os.environ["DATABASE"]',
    '           ~~~~~~~~~~^^^^^^^^^^^^',
    '  File "/w/python-backend/.venv/lib/python3.12/os.py", line 714, in __getitem__',
    "KeyError: 'DATABASE'",
    'more of it',
  ]

  expect(pythonError(lines, 'python-backend')).toEqual({
    text: "backend/settings.py:12: KeyError: 'DATABASE'",
    after: ['more of it'],
  })
})

test('takes the last of several, also one that the server wrote into its log', () => {
  const lines = [
    ...imported,
    'ValueError: first',
    'ERROR:    Traceback (most recent call last):',
    '  File "/w/python-backend/main.py", line 7, in lifespan',
    'OSError: second',
    '',
    'ERROR:    Application startup failed. Exiting.',
  ]

  expect(pythonError(lines, 'python-backend')?.text).toBe('main.py:7: OSError: second')
})

test('gives the error alone where no line of the project is in it, and nothing without one', () => {
  expect(pythonError([...imported, 'OSError: no'], 'python-backend')?.text).toBe('OSError: no')
  expect(pythonError(imported, 'python-backend')).toBeUndefined()
  expect(pythonError(['ERROR: in use'], 'python-backend')).toBeUndefined()
})
