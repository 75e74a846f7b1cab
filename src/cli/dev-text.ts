import type {AppApi} from '../features/projects/devices.js'
import type {PreparedDev} from './dev-work.js'
import {commandLine, commandLines, planText} from './plan-text.js'

/** What dev would do, each program that it would run as it is run. */
export function devPlanText({plan, programs, app}: PreparedDev): string {
  return [
    planText(plan),
    ...commandLines(plan),
    '',
    'Then, until Ctrl-C:',
    ...programs.map(({name, folder, argv}) => `  ${name}: ${commandLine(argv)}  (in ${folder})`),
    ...openedLines(app?.api.opened),
  ].join('\n')
}

/** What is opened to others. */
export function openedLines(opened: AppApi['opened']): readonly string[] {
  if (opened === undefined) return []
  return [`Open to everyone on the network: the backend on ${opened.address}:${opened.port}.`]
}
