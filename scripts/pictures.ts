import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {removeWorkspace} from '../test/support/workspace.js'
import {terminalSvg} from './terminal-svg.js'

const repository = fileURLToPath(new URL('..', import.meta.url))
const columns = 118
const lines = 60
const longestMs = 600_000
const prompt = '$'

/** Runs mitra in a real terminal and draws what it showed: all pictures, or those that are named. */
export async function drawPictures(names: readonly string[] = []): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mitra-picture-')))
  const workspace = join(folder, 'agent-mitra')
  mkdirSync(workspace)
  const terminal = openTerminal(folder, workspace)
  const draw = (name: string, title: string, screen: string) => {
    if (names.length === 0 || names.includes(name)) write(name, title, screen)
  }
  try {
    const plan = 'mitra setup --profile backend --plan'
    draw('setup-profile', plan, await terminal.show(plan))
    draw('setup', 'mitra setup', await terminal.show('mitra setup --yes'))
    draw('status', 'mitra status', await terminal.show('mitra status'))
    await terminal.show('mitra init --with-backend')
    draw('dev', 'mitra dev, and a second shell that asks it', await developersDay(terminal))
  } finally {
    terminal.close()
    await removeWorkspace({cwd: workspace, env: ownVariables()})
    rmSync(folder, {recursive: true, force: true})
  }
}

/** `mitra dev` above; below, a request, an edit, the request again; then Ctrl-C. */
async function developersDay(terminal: Terminal): Promise<string> {
  await terminal.begin('mitra dev', 'Application startup complete')
  const below = terminal.split()
  const ask = `curl -w '\\n' -s http://127.0.0.1:${process.env['MITRA_PORTS_NGINX'] ?? '8080'}/api/hello`
  const route = 'app.add_api_route("/hello", lambda: "namaste")'
  await below.run(ask)
  // The reloader looks four times a second, and first learns how old the files are.
  await sleep(1000)
  await below.run(`echo '${route}' >> python-backend/main.py`)
  await terminal.until((screen) => screen.split('startup complete').length > 2)
  const lower = await below.run(ask)
  await sleep(500)
  const upper = await terminal.end()
  return [upper, '─'.repeat(columns), lower].join('\n')
}

function write(name: string, title: string, screen: string): void {
  const target = join(repository, 'docs/pictures')
  mkdirSync(target, {recursive: true})
  writeFileSync(join(target, `${name}.svg`), terminalSvg(screen, `${title}, a real run`))
}

interface Terminal {
  /** Types the line, waits for the next prompt and returns the screen with its colours. */
  show(line: string): Promise<string>
  /** Types the line and waits for a text. */
  begin(line: string, text: string): Promise<void>
  until(isThere: (screen: string) => boolean): Promise<void>
  /** Types Ctrl-C, waits for the prompt and returns the screen. */
  end(): Promise<string>
  /** A second shell below the first. */
  split(): {
    /** Types the line, waits for the next prompt and returns all that this shell has shown. */
    run(line: string): Promise<string>
  }
  close(): void
}

/** tmux is a terminal that can be asked what it shows; this one is nobody else's. */
function openTerminal(folder: string, workspace: string): Terminal {
  const socket = join(folder, 'tmux')
  const tmux = (...argv: readonly string[]) =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...argv], {encoding: 'utf8'})
  const size = ['-x', String(columns), '-y', String(lines)]
  const shell = shellCommand(folder, workspace)
  tmux('new-session', '-d', '-s', 'picture', ...size, shell)
  const paneOf = (pane: string) => ({
    type: (...keys: readonly string[]) => tmux('send-keys', '-t', pane, ...keys),
    text: () => tmux('capture-pane', '-p', '-S', '-', '-t', pane),
    screen: () => withoutLastPrompt(tmux('capture-pane', '-e', '-p', '-S', '-', '-t', pane)),
  })
  const first = paneOf('picture:0.0')
  const clear = async () => {
    first.type('clear', 'Enter')
    await sleep(500)
    tmux('clear-history', '-t', 'picture:0.0')
  }
  return {
    async show(line) {
      await clear()
      first.type(line, 'Enter')
      await sleep(500)
      await untilScreen(first.text, hasPrompt)
      return first.screen()
    },
    async begin(line, text) {
      await clear()
      first.type(line, 'Enter')
      await untilScreen(first.text, (screen) => screen.includes(text))
    },
    until: (isThere) => untilScreen(first.text, isThere),
    async end() {
      first.type('C-c')
      await untilScreen(first.text, hasPrompt)
      return first.screen()
    },
    split() {
      tmux('split-window', '-d', '-v', '-l', '12', '-t', 'picture:0.0', shell)
      const second = paneOf('picture:0.1')
      return {
        async run(line) {
          await untilScreen(second.text, hasPrompt)
          second.type('-l', line)
          second.type('Enter')
          await sleep(500)
          await untilScreen(second.text, hasPrompt)
          return second.screen()
        },
      }
    },
    close() {
      tmux('kill-server')
    },
  }
}

/** A shell without anybody's settings, in which `mitra` is this checkout. */
function shellCommand(folder: string, workspace: string): string {
  const entry = join(folder, 'mitra')
  writeFileSync(entry, `#!/bin/sh\nexec '${process.execPath}' '${repository}bin/run.js' "$@"\n`)
  chmodSync(entry, 0o755)
  const passed = Object.entries(process.env).filter(([name]) =>
    /^(HOME$|LANG$|SSL_CERT|.*_proxy$|PIP_|GO)/.test(name),
  )
  const variables = {
    ...Object.fromEntries(passed),
    ...ownVariables(),
    PATH: `${folder}:${process.env['PATH'] ?? ''}`,
    PS1: `${prompt} `,
    TERM: 'tmux-256color',
    LC_ALL: 'C.UTF-8',
  }
  const quoted = Object.entries(variables).map(([name, value]) => `${name}='${value ?? ''}'`)
  return `cd '${workspace}' && exec env -i ${quoted.join(' ')} sh`
}

/** Settings that whoever draws has given, such as ports that are free. */
function ownVariables(): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith('MITRA_') && value !== undefined ? [[name, value] as const] : [],
  )
  return Object.fromEntries(own)
}

async function untilScreen(
  screen: () => string,
  isThere: (screen: string) => boolean,
): Promise<void> {
  const until = Date.now() + longestMs
  while (Date.now() < until) {
    if (isThere(screen())) return
    await sleep(200)
  }
  throw new Error(`It did not come within ${longestMs / 1000} s; the terminal shows:\n${screen()}`)
}

function hasPrompt(screen: string): boolean {
  return screen.trimEnd().split('\n').at(-1)?.trim().endsWith(prompt) ?? false
}

function withoutLastPrompt(screen: string): string {
  const rows = screen.trimEnd().split('\n')
  const last = rows.at(-1)?.trim() ?? ''
  if (last === prompt) return rows.slice(0, -1).join('\n')
  // An answer without a newline has the prompt behind it.
  const answer = last.endsWith(prompt) ? last.slice(0, -prompt.length).trimEnd() : last
  return [...rows.slice(0, -1), answer].join('\n')
}
