import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {mitra} from '../../support/cli.js'
import {killedFleet, type KilledFleet, type Victim} from '../../support/killed-fleet.js'
import {isPostgresThere} from '../../support/postgres.js'

// More of them: MITRA_KILLS=500 npx vitest run test/features/migrations/killed-fleet.test.ts
const kills = Number(process.env['MITRA_KILLS'] ?? 12)
const tenants = 12
const victims: readonly Victim[] = ['mitra', 'server', 'mitra', 'session']

describe.skipIf(!isPostgresThere)('a fleet under SIGKILL', () => {
  let fleet: KilledFleet

  beforeAll(async () => {
    fleet = await killedFleet(tenants)
  }, 300_000)

  afterAll(async () => {
    await fleet?.leave()
  })

  test(
    `after ${kills} of them db migrate finishes: every schema equal, nothing applied twice`,
    async () => {
      const outcomes = new Map<string, number>()
      const faults: string[] = []
      for (let kill = 0; kill < kills; kill += 1) {
        fleet.writeNext()
        const victim = victims[kill % victims.length] ?? 'mitra'
        const {code, signal} = await fleet.migrateAndKill(victim)
        const outcome = `${victim}: ${signal ?? code}`
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        // As a person would: now and then somebody looks whether all is well.
        if (kill % 25 === 24) faults.push(...(await looked(fleet)))
      }
      faults.push(...(await looked(fleet)))
      console.info(JSON.stringify(Object.fromEntries(outcomes)))

      expect(faults).toEqual([])
    },
    30_000 + kills * 15_000,
  )

  test('the ledger holds, and there is nothing left to do', async () => {
    const cwd = fleet.workspace.folder
    const verify = await mitra(['db', 'verify'], {cwd})
    const again = await mitra(['db', 'migrate'], {cwd})

    expect(verify).toMatchObject({code: 0, stdout: expect.stringContaining('Nothing is wrong')})
    expect(again.stdout).toContain('Nothing to do')
  })
})

/** Lets the fleet finish; what is wrong with it then. */
async function looked(fleet: KilledFleet): Promise<readonly string[]> {
  const {code, stderr} = await fleet.migrate()
  return code === 0 ? fleet.faults() : [stderr]
}
