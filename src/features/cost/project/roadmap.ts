import type {CostPlan, RoadmapStage} from '../../../ports/cost-plan.js'

export interface RoadmapMonth {
  /** 1 is the first of the roadmap. */
  readonly month: number
  readonly users: number
  readonly phase: string
  readonly stage: string
}

/** The months of the roadmap: users grow by the same factor each month, to the phase's at its end. */
export function roadmapMonths(
  {roadmap, phases}: CostPlan,
  months: number,
): readonly RoadmapMonth[] {
  const found: RoadmapMonth[] = []
  let before = {month: 1, users: roadmap.startUsers}
  for (const stage of roadmap.stages) {
    const end = phases.find(({name}) => name === stage.phase)?.users ?? before.users
    for (let month = stage.firstMonth; month <= stage.lastMonth; month += 1) {
      const users = usersIn(month, {stage, before, end})
      found.push({month, users, phase: stage.phase, stage: stage.title})
    }
    before = {month: stage.lastMonth, users: end}
  }
  return found.slice(0, months)
}

function usersIn(
  month: number,
  {
    stage,
    before,
    end,
  }: {
    readonly stage: RoadmapStage
    readonly before: {readonly month: number; readonly users: number}
    readonly end: number
  },
): number {
  const length = stage.lastMonth - before.month
  if (length <= 0) return end
  const share = (month - before.month) / length
  return Math.round(before.users * (end / before.users) ** share)
}
