import type {Notice} from '../../ports/notifier.js'

// Slack's limits; the last is what client libraries report of the whole message, no page says it.
const mostOfHeader = 150
const mostOfSection = 3000
const mostOfText = 12_000

const marks = {info: ':information_source:', warning: ':warning:', critical: ':rotating_light:'}

/**
 * What an incoming webhook of Slack takes. `text` says all of it too: Mattermost, Rocket.Chat and
 * Discord (`/slack`) read that and leave the blocks.
 */
export function slackMessage({id, title, text, severity}: Notice): object {
  const body = cut(text, mostOfText)
  return {
    text: `${marks[severity]} *${escaped(title)}*\n${escaped(body)}`,
    blocks: [
      {type: 'header', text: {type: 'plain_text', text: cut(title, mostOfHeader)}},
      ...sections(escaped(body)).map((part) => ({
        type: 'section',
        text: {type: 'mrkdwn', text: part},
      })),
      {
        type: 'context',
        elements: [
          {type: 'mrkdwn', text: `${marks[severity]} ${severity} · ${escaped(cut(id, 200))}`},
        ],
      },
    ],
  }
}

/** By whole letters, with a sign that there was more. */
function cut(text: string, most: number): string {
  const letters = Array.from(text)
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`
}

/** Slack's own three; everything else is taken as it is. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** At line ends where there are any. An empty section would be refused. */
function sections(text: string): readonly string[] {
  const parts: string[] = []
  let rest = text.trim()
  while (rest.length > mostOfSection) {
    const end = rest.lastIndexOf('\n', mostOfSection)
    const at = end > 0 ? end : safeEnd(rest)
    parts.push(rest.slice(0, at))
    rest = rest.slice(at).trimStart()
  }
  return rest === '' ? parts : [...parts, rest]
}

/** Not within a surrogate pair and not within `&amp;`. */
function safeEnd(text: string): number {
  const entity = text.lastIndexOf('&', mostOfSection)
  if (entity > mostOfSection - 6 && entity > 0) return entity
  const code = text.charCodeAt(mostOfSection - 1)
  return code >= 0xd800 && code <= 0xdbff ? mostOfSection - 1 : mostOfSection
}
