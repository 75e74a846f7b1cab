/**
 * Looks for a part that not every laptop has. Missing, the tests of it are skipped and one line names
 * it; where `MITRA_TEST_STRICT` is set, as in CI, that fails instead.
 */
export async function requirement(name: string, probe: () => Promise<boolean>): Promise<boolean> {
  if (await probe()) return true
  if (process.env['MITRA_TEST_STRICT'] === '1') throw new Error(`These tests need ${name}.`)
  console.warn(`skipped: these tests need ${name}`)
  return false
}
