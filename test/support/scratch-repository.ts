import {spawnSync} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {mitra, oddFolder, type CliResult} from './cli.js'
import {checkedJson} from './run.js'

interface InitResult {
  readonly applied: boolean
  readonly plan: readonly {
    readonly id: string
    readonly detail: {readonly files: readonly string[]}
  }[]
  readonly kept: readonly {readonly path: string}[]
}

/** A workspace that is a Git repository, in an odd folder, with a home of its own. */
export class ScratchRepository {
  readonly root: string
  readonly home: string

  private constructor(home: string, root: string) {
    this.home = home
    this.root = root
  }

  /** Nothing of the person who runs the tests is seen: no name, no hooks, no global settings. */
  static async make(): Promise<ScratchRepository> {
    const home = await oddFolder()
    const scratch = new ScratchRepository(home, join(home, 'work space'))
    writeFileSync(
      join(home, '.gitconfig'),
      '[user]\n\tname = Asha\n\temail = asha@example.com\n[init]\n\tdefaultBranch = main\n',
    )
    mkdirSync(join(scratch.root, '.mitra'), {recursive: true, mode: 0o700})
    scratch.write('mitra.yml', '# settings\n')
    scratch.write('.mitra/workspace.json', JSON.stringify({id: randomBytes(6).toString('hex')}))
    scratch.write('.mitra/.gitignore', '*\n')
    return scratch
  }

  get environment(): Record<string, string> {
    return {HOME: this.home, GIT_CONFIG_NOSYSTEM: '1', XDG_CONFIG_HOME: join(this.home, '.config')}
  }

  git(words: readonly string[], folder = this.root) {
    const env = {PATH: process.env['PATH'] ?? '', ...this.environment}
    const {status, stdout, stderr} = spawnSync('git', words, {cwd: folder, encoding: 'utf8', env})
    return {code: status, out: `${stdout}${stderr}`, stdout: stdout.trim()}
  }

  mitra(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
    return mitra(words, {cwd: this.root, env: {...this.environment, ...env}})
  }

  commit(message: string) {
    return this.git(['commit', '--allow-empty', '-m', message])
  }

  async init(...flags: readonly string[]): Promise<InitResult> {
    const {stdout, stderr} = await this.mitra(['git', 'init', ...flags, '--json'])
    if (stdout === '') throw new Error(stderr)
    return checkedJson(stdout, 'git-init') as InitResult
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), {recursive: true})
    writeFileSync(join(this.root, path), text)
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8')
  }

  /** A small backend, as far as the Git workflow looks at one. */
  writeBackend(folder = 'python-backend'): void {
    this.write(`${folder}/requirements.txt`, 'fastapi==0.1.0\n')
    this.write(
      `${folder}/requirements-dev.txt`,
      '-r requirements.txt\nruff==0.1.0\npytest==9.0.0\n',
    )
  }

  /** Every file, hooks too, to the byte; what git itself writes at each call is left out. */
  files(root = this.root): Readonly<Record<string, string>> {
    const entries = readdirSync(root, {recursive: true, withFileTypes: true})
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/\/\.mitra\/|\.git\/(objects|logs|index|refs|COMMIT)/.test(path))
    return Object.fromEntries(
      paths.map((path) => [
        relative(root, path),
        `${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path).toString('base64')}`,
      ]),
    )
  }
}
