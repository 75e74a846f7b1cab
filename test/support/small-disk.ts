import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {requirement} from './requirements.js'

/** A disk that can be filled: a tmpfs of a few pages. */
export const canMount = await requirement('the right to mount a small tmpfs', async () => {
  const place = mkdtempSync(join(tmpdir(), 'mitra-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], {stdio: 'ignore'})
    execFileSync('umount', [place], {stdio: 'ignore'})
    return true
  } catch {
    return false
  } finally {
    rmSync(place, {recursive: true, force: true})
  }
})
