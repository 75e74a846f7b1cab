import type {CatalogRule} from '../finding.js'

/** What Citus schema-based sharding does with an object, and the place in its source or manual. */
export interface CitusRule extends CatalogRule {
  readonly source: string
}

// Version 14.1 in development, May 2026: rules hold for what is written there.
const commit = 'a3d5708a6ae8bc8ed7129f8256b4585c01b917f3'

export function citusSource(path: string, line: number): string {
  return `https://github.com/citusdata/citus/blob/${commit}/src/backend/distributed/${path}#L${line}`
}

export const citusManual = 'https://docs.citusdata.com/en/stable/develop/reference_workarounds.html'
