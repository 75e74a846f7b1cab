import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const recorded = fileURLToPath(new URL('../fixtures/flutter/', import.meta.url))

/** `flutter` and `adb` that say what the real ones say, and write down how they were called. */
export class FlutterPrograms {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** In front of the real PATH; without `adb` where there is to be none. */
  async make(
    devices: string,
    {hasAdb = true, appEnds = 0, lines = 0} = {},
  ): Promise<{readonly PATH: string}> {
    await mkdir(this.#folder, {recursive: true})
    await this.#program('flutter', flutter(join(recorded, `${devices}.txt`), appEnds, lines))
    if (hasAdb) await this.#program('adb', adb(join(this.#folder, 'reversed')))
    return {PATH: [this.#folder, dirname(process.execPath), '/usr/bin', '/bin'].join(':')}
  }

  /** Every call as one line, but the looks at what is there. */
  async calls(): Promise<readonly string[]> {
    const text = await readFile(join(this.#folder, 'calls'), 'utf8').catch(() => '')
    return text.split('\n').filter((line) => line !== '' && !/--(machine|version|list)/.test(line))
  }

  async #program(name: string, body: string): Promise<void> {
    const path = join(this.#folder, name)
    const calls = JSON.stringify(join(this.#folder, 'calls'))
    const record = `require('fs').appendFileSync(${calls}, ['${name}', ...words].join(' ') + '\\n')`
    const text = `#!/usr/bin/env node\nconst words = process.argv.slice(2)\n${record}\n${body}`
    await writeFile(path, text)
    await chmod(path, 0o755)
  }
}

/** Without a terminal the real one takes keys from its standard input as they come. */
function flutter(devices: string, appEnds: number, lines: number): string {
  return `
const fs = require('fs')
if (words[0] === 'devices') {
  process.stdout.write(fs.readFileSync(${JSON.stringify(devices)}, 'utf8'))
} else {
  const defines = words.find((word) => word.startsWith('--dart-define-from-file=')).split('=')[1]
  const device = words[words.indexOf('--device-id') + 1]
  console.log('Launching lib/main.dart on ' + device + ' in debug mode...')
  console.log('Syncing files to device ' + device + '...                       61ms')
  console.log('flutter: ' + JSON.parse(fs.readFileSync(defines, 'utf8')).API_BASE_URL)
  for (let line = 1; line <= ${lines}; line += 1) console.log('flutter: योजना ' + line)
  console.log('\\nFlutter run key commands.\\nr Hot reload. 🔥🔥🔥\\nR Hot restart.')
  process.stdin.on('data', (keys) => {
    for (const key of String(keys)) {
      if (key === 'r') console.log('Reloaded 1 of 735 libraries in 412ms (compile: 21 ms).')
      if (key === 'R') console.log('Restarted application in 1,130ms.')
      if (key === 'q') console.log('Application finished.')
      if (key === 'q') process.exit(0)
    }
  })
  if (${appEnds} > 0) setTimeout(() => process.exit(${appEnds}), 1500)
  else setInterval(() => undefined, 1000)
}
`
}

function adb(reversed: string): string {
  return `
const fs = require('fs')
const file = ${JSON.stringify(reversed)}
if (words[0] === '--version') console.log('Android Debug Bridge version 1.0.41')
else if (words.includes('--list')) {
  if (fs.existsSync(file)) console.log(fs.readFileSync(file, 'utf8') + '\\n')
} else {
  fs.writeFileSync(file, 'UsbFfs ' + words.slice(-2).join(' '))
  console.log(words.at(-1).split(':')[1])
}
`
}
