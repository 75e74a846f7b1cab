import {expect, test} from 'vitest'
import {pageUrl} from '../../../src/features/stack/pages.js'
import type {ServiceName, ServiceStatus} from '../../../src/ports/stack.js'
import {preferredPorts} from '../../../src/ports/workspace.js'

function healthy(name: ServiceName, kind: string): ReadonlyMap<ServiceName, ServiceStatus> {
  const status = {
    name,
    kind,
    state: 'healthy' as const,
    url: '',
    port: 1,
    memoryBytes: undefined,
    version: undefined,
    failure: undefined,
  }
  return new Map([[name, status]])
}

test.each([
  ['platform', healthy('nginx', 'nginx'), 'http://127.0.0.1:8080/'],
  ['api', healthy('nginx', 'nginx'), 'http://127.0.0.1:8080/api/'],
  ['console', healthy('object-store', 'minio'), 'http://127.0.0.1:9001/'],
] as const)('the page %s has its URL from the ports in force', (page, states, url) => {
  expect(pageUrl(page, states, preferredPorts)).toBe(url)
})

test('says how to get a console where the object store has none', () => {
  expect(() => pageUrl('console', healthy('object-store', 'versitygw'), preferredPorts)).toThrow(
    expect.objectContaining({
      code: 'NO_CONSOLE',
      hints: ['mitra setup --object-store minio gets MinIO, which has one.'],
    }),
  )
})
