import type {Check, DoctorTools, Finding} from '../check.js'

export const awsCredentials: Check = {
  id: 'aws.credentials',
  subject: 'Credentials for AWS',
  async look(tools) {
    const {variables} = await tools.host()
    const [id, key] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const
    const present = [id, key].filter((name) => Boolean(variables.get(name)))
    if (present.length === 1) return half(present[0] === id ? key : id, present[0] ?? id)
    if (present.length === 2) return {state: 'ok', title: `${id} and its key are set`}
    const profile = variables.get('AWS_PROFILE')
    if (profile === undefined || profile === '') return {state: 'ok', title: 'No profile is named'}
    const known = await profiles(tools)
    if (known.includes(profile)) return {state: 'ok', title: `AWS_PROFILE is ${profile}`}
    return {
      state: 'warning',
      title: `AWS_PROFILE is ${profile}, and there is no such profile`,
      cause: 'Whatever asks AWS fails; the local services do not need it.',
      fix: [
        `aws configure sso --profile ${profile}`,
        known.length === 0 ? 'unset AWS_PROFILE' : `Or take one of: ${known.join(', ')}`,
      ],
    }
  },
}

function half(missing: string, present: string): Finding {
  return {
    state: 'warning',
    title: `${present} is set without ${missing}`,
    cause: 'Half a key is none: what asks AWS fails or takes another identity.',
    fix: [`Set both, or: unset ${present}`],
  }
}

async function profiles(tools: DoctorTools): Promise<readonly string[]> {
  const {variables, homeFolder} = await tools.host()
  const paths = [
    variables.get('AWS_CONFIG_FILE') ?? `${homeFolder}/.aws/config`,
    variables.get('AWS_SHARED_CREDENTIALS_FILE') ?? `${homeFolder}/.aws/credentials`,
  ]
  const files = await tools.files()
  const texts = await Promise.all(paths.map((path) => files.read(path).catch(() => undefined)))
  const heads = texts.flatMap((text = '') => [
    ...text.matchAll(/^\s*\[\s*(?:profile\s+)?"?([^\]"]+?)"?\s*\]/gm),
  ])
  return [...new Set(heads.map(([, name = '']) => name))].filter(
    (name) => !/^(sso-session|services)\s/.test(name),
  )
}
