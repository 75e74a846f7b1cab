import {Args, Flags} from '@oclif/core'
import {MitraCommand} from '../cli/mitra-command.js'
import {pageNames, pageUrl, type PageName} from '../features/stack/pages.js'

interface OpenResult {
  readonly page: PageName
  readonly url: string
  /** False with --print, and where there is no browser: the URL is printed. */
  readonly opened: boolean
}

export default class Open extends MitraCommand {
  static override summary = 'Open a page of the platform in the browser.'
  static override description =
    "platform: the reverse proxy, with the status page while there is no backend; api: the backend behind it; console: MinIO's console. Where there is no browser, the URL is printed."
  static override examples = ['<%= config.bin %> open', '<%= config.bin %> open console --print']
  static override args = {
    page: Args.option({options: pageNames, description: 'The page.'})(),
  }
  static override flags = {print: Flags.boolean({summary: 'Only print the URL.'})}

  async run(): Promise<OpenResult> {
    const {args, flags} = await this.parse(Open)
    const page = args.page ?? 'platform'
    await this.tools.workspace()
    const states = await (await this.tools.stack()).states()
    const url = pageUrl(page, states, await this.tools.ports())
    const opened = flags.print ? false : await (await this.tools.browser()).open(url)
    this.log(url)
    if (!opened && !flags.print) this.logToStderr('There is no browser to open here.')
    return {page, url, opened}
  }
}
