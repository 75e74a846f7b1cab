import type {Measurement} from '../features/doctor/measure.js'
import {table} from './table.js'

/** The comparison of the design with this machine beside it. */
export function measurementsText(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({metric, target, production, measured, met}) => [
    metric,
    target,
    measured === undefined ? 'not measured' : valueText(measured),
    met === undefined ? '-' : met ? 'yes' : 'no',
    production,
  ])
  const why = measurements.flatMap(({metric, why: reason}) =>
    reason === undefined ? [] : [`${metric}: ${reason}`],
  )
  const drawn = table(['Metric', 'Target here', 'Measured', 'Met', 'Target of production'], rows)
  return [drawn, why.join('\n')].filter(Boolean).join('\n\n')
}

function valueText({value, unit, samples}: NonNullable<Measurement['measured']>): string {
  return samples === 1 ? `${value} ${unit}` : `${value} ${unit} (median of ${samples})`
}
