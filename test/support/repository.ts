import {execFileSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

/** A bare repository `origin.git` in the folder, with one commit of these files; returns its path. */
export function bareRepository(folder: string, files: Readonly<Record<string, string>>): string {
  const seed = join(folder, 'seed')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(seed, path)), {recursive: true})
    writeFileSync(join(seed, path), text)
  }
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      cwd: seed,
      stdio: 'pipe',
    })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '-m', 'feat: first')
  const bare = join(folder, 'origin.git')
  git('clone', '--quiet', '--bare', seed, bare)
  return bare
}
