import {expect, test} from 'vitest'
import {statedVersion} from '../../../src/adapters/runtimes/on-path.js'

test.each([
  ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64', '7.0.15'],
  ['Valkey server v=9.1.2 sha=00000000:0 malloc=libc bits=64', '9.1.2'],
  ['nginx version: nginx/1.22.1', '1.22.1'],
  ['postgres (PostgreSQL) 16.14', '16.14'],
  [
    'minio version RELEASE.2025-09-07T16-13-09Z (commit-id=07c3a4)\nRuntime: go1.24.6',
    '2025-09-07',
  ],
  ['minio version DEVELOPMENT.GOGET (commit-id=X)\nRuntime: go1.26.8 linux/amd64', 'development'],
  ['Version  : v1.8.0\nBuild    : 2026', '1.8.0'],
  ['no such option', undefined],
])('reads the version out of %j', (text, version) => {
  expect(statedVersion({stdout: '', stderr: text})).toBe(version)
})
