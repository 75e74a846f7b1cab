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

/** Runs `mitra setup --yes` and `mitra status` in a real terminal and draws what it showed. */
export async function drawPictures(): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mitra-picture-')))
  const workspace = join(folder, 'agent-mitra')
  mkdirSync(workspace)
  const terminal = openTerminal(folder, workspace)
  try {
    write('setup', await terminal.show('mitra setup --yes'))
    write('status', await terminal.show('mitra status'))
  } finally {
    terminal.close()
    await removeWorkspace({cwd: workspace, env: ownVariables()})
    rmSync(folder, {recursive: true, force: true})
  }
}

function write(name: string, screen: string): void {
  const target = join(repository, 'docs/pictures')
  mkdirSync(target, {recursive: true})
  writeFileSync(join(target, `${name}.svg`), terminalSvg(screen, `mitra ${name}, a real run`))
}

interface Terminal {
  /** Types the line, waits for the next prompt and returns the screen with its colours. */
  show(line: string): Promise<string>
  close(): void
}

/** tmux is a terminal that can be asked what it shows; this one is nobody else's. */
function openTerminal(folder: string, workspace: string): Terminal {
  const socket = join(folder, 'tmux')
  const tmux = (...argv: readonly string[]) =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...argv], {encoding: 'utf8'})
  const size = ['-x', String(columns), '-y', String(lines)]
  tmux('new-session', '-d', '-s', 'picture', ...size, shellCommand(folder, workspace))
  return {
    async show(line) {
      tmux('send-keys', '-t', 'picture', 'clear', 'Enter')
      await sleep(500)
      tmux('clear-history', '-t', 'picture')
      tmux('send-keys', '-t', 'picture', line, 'Enter')
      await sleep(500)
      await untilPrompt(() => tmux('capture-pane', '-p', '-t', 'picture'))
      const screen = tmux('capture-pane', '-e', '-p', '-S', '-', '-t', 'picture')
      return withoutLastPrompt(screen)
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

async function untilPrompt(screen: () => string): Promise<void> {
  const until = Date.now() + longestMs
  while (Date.now() < until) {
    if (screen().trimEnd().split('\n').at(-1)?.trim() === prompt) return
    await sleep(200)
  }
  throw new Error(`No prompt within ${longestMs / 1000} s; the terminal shows:\n${screen()}`)
}

function withoutLastPrompt(screen: string): string {
  const rows = screen.trimEnd().split('\n')
  return rows.at(-1)?.trim() === prompt ? rows.slice(0, -1).join('\n') : screen
}
