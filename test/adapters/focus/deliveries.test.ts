import {gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {billedDays, ExportFolder, exportText} from './exports.js'

let folder: ExportFolder
beforeEach(() => {
  folder = new ExportFolder()
})
afterEach(() => folder.remove())

const day = (date: string, BilledCost: string) =>
  gzipSync(
    exportText([{ChargePeriodStart: date, ChargePeriodEnd: `${date}T06:00:00Z`, BilledCost}]),
  )
const month = 'team/bill/data/BILLING_PERIOD=2026-11'
const october = 'team/bill/data/BILLING_PERIOD=2026-10'

/** What AWS writes beside the data once all of a delivery is there. */
function manifest(...names: readonly string[]): string {
  return JSON.stringify({
    exportArn: 'arn:aws:bcm-data-exports:us-east-1:123456789012:export/bill',
    dataFiles: names.map((name) => `s3://company-bills/exports/${name}`),
  })
}

describe('a folder of exports', () => {
  test('is read whole: every CSV file, gzipped or not', async () => {
    folder.write('november.csv.gz', day('2026-11-01', '1'))
    folder.write('sub/december.csv', exportText([{ChargePeriodStart: '2026-11-03'}]))
    folder.write('read-me.txt', 'not an export')

    expect(billedDays(await folder.ledger())).toEqual(['2026-11-01 1', '2026-11-03 1.25'])
  })

  test('is as old as its newest file', async () => {
    folder.write('a.csv.gz', day('2026-11-01', '1'), '2026-11-02T03:04:05Z')
    folder.write('b.csv.gz', day('2026-11-02', '1'), '2026-11-03T03:04:05Z')

    expect((await folder.ledger()).fetchedAt).toBe('2026-11-03T03:04:05.000Z')
  })

  test('without any is refused', async () => {
    folder.write('bill.parquet', 'PAR1')

    await expect(folder.ledger()).rejects.toMatchObject({
      code: 'EXPORT_MISSING',
      hints: [expect.stringContaining('gzip - text/csv')],
    })
  })
})

describe('an export that AWS delivers again and again', () => {
  test('counts the newest delivery of each month alone', async () => {
    folder.write(`${october}/20261101-aa/bill-1.csv.gz`, day('2026-10-31', '8'), '2026-11-01')
    folder.write(`${month}/20261105-bb/bill-1.csv.gz`, day('2026-11-04', '1'), '2026-11-05')
    folder.write(`${month}/20261106-cc/bill-1.csv.gz`, day('2026-11-04', '2'), '2026-11-06')
    folder.write(`${month}/20261106-cc/bill-2.csv.gz`, day('2026-11-05', '3'), '2026-11-06')

    expect(billedDays(await folder.ledger())).toEqual([
      '2026-10-31 8',
      '2026-11-04 2',
      '2026-11-05 3',
    ])
  })

  test('that overwrites its files counts all that a month has', async () => {
    folder.write(`${month}/bill-00001.csv.gz`, day('2026-11-04', '1'), '2026-11-05')
    folder.write(`${month}/bill-00002.csv.gz`, day('2026-11-05', '3'), '2026-11-06')

    expect(billedDays(await folder.ledger())).toEqual(['2026-11-04 1', '2026-11-05 3'])
  })

  test('counts what its manifest names and nothing that an earlier delivery left', async () => {
    folder.write(`${month}/bill-00001.csv.gz`, day('2026-11-04', '1'))
    folder.write(`${month}/bill-00002.csv.gz`, day('2026-11-05', '3'))
    folder.write(
      'team/bill/metadata/BILLING_PERIOD=2026-11/bill-Manifest.json',
      manifest(`${month}/bill-00001.csv.gz`),
    )

    expect(billedDays(await folder.ledger())).toEqual(['2026-11-04 1'])
  })

  test('goes by the newest manifest, not by the newest file', async () => {
    folder.write(`${month}/20261105-bb/bill-1.csv.gz`, day('2026-11-04', '1'), '2026-11-05')
    folder.write(`${month}/20261106-cc/bill-1.csv.gz`, day('2026-11-04', '2'), '2026-11-06')
    const metadata = 'team/bill/metadata/BILLING_PERIOD=2026-11'
    const older = manifest(`${month}/20261104-aa/bill-1.csv.gz`)
    folder.write(`${metadata}/20261104-aa/bill-Manifest.json`, older, '2026-11-04')
    // A delivery in progress: its files are there, its manifest is not.
    const newer = manifest(`${month}/20261105-bb/bill-1.csv.gz`)
    folder.write(`${metadata}/bill-Manifest.json`, newer, '2026-11-05')

    expect(billedDays(await folder.ledger())).toEqual(['2026-11-04 1'])
  })

  test('is refused while a file of its manifest is missing', async () => {
    folder.write(`${month}/bill-00001.csv.gz`, day('2026-11-04', '1'))
    folder.write(
      'team/bill/metadata/BILLING_PERIOD=2026-11/bill-Manifest.json',
      manifest(`${month}/bill-00001.csv.gz`, `${month}/bill-00002.csv.gz`),
    )

    await expect(folder.ledger()).rejects.toMatchObject({
      kind: 'notReady',
      code: 'EXPORT_INCOMPLETE',
      message: expect.stringContaining('bill-00002.csv.gz, which is not there'),
    })
  })

  test('is refused while its manifest is half written', async () => {
    folder.write(`${month}/bill-00001.csv.gz`, day('2026-11-04', '1'))
    folder.write('team/bill/metadata/BILLING_PERIOD=2026-11/bill-Manifest.json', '{"dataFiles": [')

    await expect(folder.ledger()).rejects.toMatchObject({code: 'EXPORT_INCOMPLETE'})
  })
})
