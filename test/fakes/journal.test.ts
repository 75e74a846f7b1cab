import {journalContract} from '../contracts/journal.js'
import {FakeJournal, FakeJournalDisk} from './journal.js'

journalContract('FakeJournal', async () => {
  const disk = new FakeJournalDisk()
  return {open: () => new FakeJournal(disk), close: async () => undefined}
})
