// One recorded Mac: each of its programs is this file under another name. It keeps what is installed in
// state.json and answers in the formats of the real programs, as far as setup reads them.
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {casks, formulae} from './catalog.mjs'

const [, , place, program, ...words] = process.argv
const statePath = join(place, 'state.json')
const state = JSON.parse(readFileSync(statePath, 'utf8'))

const before = JSON.stringify(state)
// Several programs run at once: whole files only, and only by those that change something.
function save() {
  const text = JSON.stringify(state)
  if (text === before) return
  writeFileSync(`${statePath}.${process.pid}`, text)
  renameSync(`${statePath}.${process.pid}`, statePath)
}
const ticket = join(place, 'ticket')
const say = (...lines) => process.stdout.write(lines.map((line) => `${line}\n`).join(''))
const complain = (...lines) => process.stderr.write(lines.map((line) => `${line}\n`).join(''))

function fail(...lines) {
  complain(...lines)
  process.exit(1)
}

// What runs inside of another is that one's doing.
if (process.env.HOMEBREW_RECORDED_INSIDE === undefined) {
  appendFileSync(join(place, 'commands.log'), `${JSON.stringify([program, ...words])}\n`)
}

function runInside(name, rest) {
  const env = {...process.env, HOMEBREW_RECORDED_INSIDE: '1'}
  const {status} = spawnSync(name, rest, {stdio: 'inherit', env})
  process.exit(status ?? 1)
}

const programs = {
  env: () => runInside('/usr/bin/env', words),
  sudo() {
    if (words[0] === '-v')
      return state.canSudo ? writeFileSync(ticket, '') : fail('Sorry, try again.')
    if (words[0] === '-n' && !existsSync(ticket)) fail('sudo: a password is required')
    if (words[1] !== 'true') runInside(join(place, 'bin', words[1]), words.slice(2))
  },
  sw_vers: () => say(state.macos),
  sysctl() {
    const known = {
      'hw.optional.arm64': state.isAppleSilicon ? '1' : undefined,
      'sysctl.proc_translated': state.isAppleSilicon ? '0' : undefined,
      'hw.memsize': String(state.memoryBytes),
    }
    const value = known[words[1]]
    if (value === undefined) fail(`sysctl: unknown oid '${words[1]}'`)
    say(value)
  },
  touch: () => writeFileSync(words[0], ''),
  rm: () => rmSync(words.at(-1), {force: true}),
  'xcode-select'() {
    if (words[0] === '--switch') return
    if (!state.hasDeveloperTools) {
      complain(
        'xcode-select: error: Unable to get active developer directory. Use `sudo xcode-select',
      )
      process.exit(2)
    }
    say('/Library/Developer/CommandLineTools')
  },
  softwareupdate() {
    if (words[0] === '-i') return install(words[1])
    say('Software Update Tool', '', 'Finding available software')
    const isWanted = existsSync(join(process.env.HOME, 'command-line-tools-wanted'))
    if (state.labels.length === 0 || !isWanted) return complain('No new software available.')
    say('Software Update found the following new or updated software:')
    for (const label of state.labels) {
      const [title, version] = label.split(/-(?=[^-]*$)/)
      say(`* Label: ${label}`)
      say(`\tTitle: ${title}, Version: ${version}, Size: 900000KiB, Recommended: YES, `)
    }
  },
  code() {
    if (words[0] === '--version')
      return say('1.103.2', '6f17636121051a53c88d3e605c491d22af2ba755', 'arm64')
    if (words[0] === '--list-extensions') return say(...state.extensions)
    const fault = state.faults[words[1]]
    if (fault !== undefined) fail(`Installing extensions...`, ...fault)
    if (words[0] === '--uninstall-extension') {
      state.extensions = state.extensions.filter((one) => one !== words[1].toLowerCase())
      return say(`Extension '${words[1]}' was successfully uninstalled!`)
    }
    state.extensions.push(words[1].toLowerCase())
    say('Installing extensions...', `Extension '${words[1]}' was successfully installed.`)
  },
  brew() {
    // Each brew drops the ticket of sudo before it does anything.
    rmSync(ticket, {force: true})
    if (state.isBrewBroken) fail('Error: Homebrew is missing its library.')
    const [verb, ...rest] = words
    const subcommand = brew[verb]
    if (subcommand === undefined) fail(`Error: Unknown command: brew ${verb}`)
    subcommand(rest)
  },
}

function install(label) {
  if (!state.labels.includes(label)) fail(`${label}: No such update`, 'No updates are available.')
  state.hasDeveloperTools = true
  state.labels = []
  say('Software Update Tool', '', 'Finding available software', '', `Downloading ${label}`)
  say(`Downloaded ${label}`, `Installing ${label}`, 'Done.')
}

const isCask = (rest) => rest.includes('--cask')
const named = (rest) => rest.filter((word) => !word.startsWith('-'))
const catalogOf = (rest) => (isCask(rest) ? casks : formulae)
const installedOf = (rest) => (isCask(rest) ? state.casks : state.formulae)

const brew = {
  '--prefix': () => say(state.prefix),
  update: () => say('Already up-to-date.'),
  list: (rest) => say(...Object.keys(installedOf(rest)).toSorted()),
  info(rest) {
    const [name] = named(rest)
    const found = catalogOf(rest)[name]
    if (found === undefined) {
      fail(`Error: No available formula or cask with the name "${name}".`)
    }
    const {version} = found
    const one = isCask(rest)
      ? {formulae: [], casks: [{token: name, version: `${version},1`}]}
      : {formulae: [{name, versions: {stable: version, head: null, bottle: true}}], casks: []}
    say(JSON.stringify(one))
  },
  deps: (rest) => say(...(formulae[named(rest)[0]]?.deps ?? [])),
  uses(rest) {
    const [name] = named(rest)
    say(...Object.keys(state.formulae).filter((one) => formulae[one]?.deps.includes(name)))
  },
  bundle(rest) {
    const file = rest.find((word) => word.startsWith('--file='))?.slice('--file='.length)
    const entries = readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line) => /^(brew|cask) "([^"]+)"(.*)$/.exec(line)?.slice(1, 4) ?? [])
    let failures = 0
    for (let at = 0; at < entries.length; at += 3) {
      if (!bundled(entries.slice(at, at + 3), rest.includes('--upgrade'))) failures += 1
    }
    const count = failures === 1 ? 'dependency' : 'dependencies'
    if (failures > 0)
      fail(`\`brew bundle\` failed! ${failures} Brewfile ${count} failed to install`)
    say(`\`brew bundle\` complete! ${entries.length / 3} Brewfile dependency now installed.`)
  },
  uninstall(rest) {
    const names = named(rest)
    const [needed] = Object.keys(state.formulae).filter(
      (one) => !names.includes(one) && formulae[one]?.deps.some((name) => names.includes(name)),
    )
    if (!isCask(rest) && needed !== undefined) {
      fail(`Error: Refusing to uninstall ${names[0]}`, `because it is required by ${needed}`)
    }
    for (const name of names) {
      if (installedOf(rest)[name] === undefined) fail(`Error: No such keg: ${state.prefix}/${name}`)
      delete installedOf(rest)[name]
      for (const one of Object.keys(catalogOf(rest)[name].programs ?? {})) {
        rmSync(join(place, 'homebrew/bin', one), {force: true})
      }
      for (const app of catalogOf(rest)[name].apps ?? []) {
        rmSync(join(process.env.HOME, 'Applications', app), {recursive: true, force: true})
      }
      say(`Uninstalling ${state.prefix}/Cellar/${name}... (100 files, 10MB)`)
    }
  },
}

function bundled([kind, name, options], isUpgrade) {
  const [catalog, installed] = kind === 'cask' ? [casks, state.casks] : [formulae, state.formulae]
  const own = catalog[name]
  const isOld = isUpgrade && installed[name] !== own?.version
  if (installed[name] !== undefined && !isOld) {
    say(`Using ${name}`)
    return true
  }
  const fault = own === undefined ? [`Error: ${name} is unavailable`] : state.faults[name]
  if (fault !== undefined) {
    complain(...fault, `Installing ${name} has failed!`)
    return false
  }
  say(`${isOld ? 'Upgrading' : 'Installing'} ${name}`)
  pour(name, own, installed)
  link(own, options)
  return true
}

function pour(name, {version, deps = []}, installed) {
  for (const one of deps) state.formulae[one] ??= formulae[one].version
  installed[name] = version
  save()
}

function link({programs: own = {}, apps = [], isKegOnly}, options) {
  if (isKegOnly && !options.includes('link: true')) return
  for (const app of apps) mkdirSync(join(process.env.HOME, 'Applications', app), {recursive: true})
  for (const [name, output] of Object.entries(own)) {
    const path = join(place, 'homebrew/bin', name)
    const text = output ?? ''
    const script =
      name === 'code' ? readFileSync(join(place, 'code.sh'), 'utf8') : `#!/bin/sh\necho '${text}'\n`
    writeFileSync(path, script)
    chmodSync(path, 0o755)
  }
}

const answer = programs[program]
if (answer === undefined) fail(`${program} is not recorded`)
answer()
save()
