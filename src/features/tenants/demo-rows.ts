import {createHash} from 'node:crypto'

type Row = Readonly<Record<string, unknown>>

/** Sample rows by table, in an order that foreign keys allow. */
export type DemoRows = readonly (readonly [table: string, rows: readonly Row[]])[]

const firstNames =
  'Aarav Aditi Ananya Arjun Bhavna Chetan Deepa Devendra Farhan Gauri Harish Isha Jaspreet Kavya Kiran Lakshmi Manish Meera Nikhil Nisha Omkar Pooja Pranav Priya Rahul Ramesh Rekha Rohan Sanjay Shreya Sneha Suresh Tanvi Uma Varun Vikram Yash Zoya'.split(
    ' ',
  )
const lastNames =
  'Agarwal Bhat Chatterjee Chauhan Desai Deshpande Fernandes Ghosh Gupta Iyer Jain Joshi Kapoor Khan Kulkarni Mehta Menon Mishra Nair Naidu Patel Patil Pillai Rao Reddy Sharma Shetty Singh Subramanian Verma'.split(
    ' ',
  )
const territories = ['Mumbai', 'Pune', 'Bengaluru', 'Chennai', 'Hyderabad', 'Ahmedabad', 'Kolkata']
const languages = ['en', 'hi', 'mr', 'ta', 'te', 'gu']

interface Provider {
  readonly code: string
  readonly name: string
  readonly type: 'LIFE' | 'HEALTH' | 'GENERAL'
  readonly plans: readonly string[]
}

const providers: Readonly<Record<string, Provider>> = {
  lic: {
    code: 'LIC',
    name: 'Life Insurance Corporation of India',
    type: 'LIFE',
    plans: ['Jeevan Anand', 'Jeevan Labh', 'New Endowment Plan', 'Tech Term', 'Jeevan Umang'],
  },
  hdfc: {
    code: 'HDFC_LIFE',
    name: 'HDFC Life Insurance',
    type: 'LIFE',
    plans: [
      'Click 2 Protect',
      'Sanchay Plus',
      'Guaranteed Income',
      'Smart Protect',
      'Pension Plan',
    ],
  },
  icici: {
    code: 'ICICI_PRU',
    name: 'ICICI Prudential Life Insurance',
    type: 'LIFE',
    plans: ['iProtect Smart', 'Guaranteed Pension', 'Signature Wealth', 'Savings Suraksha'],
  },
}

/** Believable rows for one tenant: the same for the same name, another number for another. */
export function demoRows(tenant: string, now: Date): DemoRows {
  const draw = drawer(tenant)
  const provider = providers[tenant] ?? {
    code: tenant.toUpperCase().slice(0, 20),
    name: `${tenant.toUpperCase()} Insurance`,
    type: 'LIFE',
    plans: ['Term Plan', 'Endowment Plan', 'Child Plan', 'Pension Plan'],
  }
  const providerId = draw.uuid()
  const users = people(draw, tenant)
  const agents = agentRows(draw, users, {providerId, code: provider.code})
  const holders = policyholderRows(draw, users, agents, providerId)
  return [
    ['users', users],
    ['insurance_providers', [providerRow(provider, providerId)]],
    ['agents', agents],
    ['policyholders', holders],
    ['insurance_policies', policyRows(draw, holders, {provider, providerId, now})],
    ['video_content', videoRows(draw, agents)],
    ['chatbot_knowledge_base', knowledgeRows(draw)],
    ['whatsapp_templates', templateRows(draw)],
    ['customer_analytics', analyticsRows(draw, users, now)],
    ['agent_performance', performanceRows(draw, agents, now)],
  ]
}

interface Drawer {
  below(limit: number): number
  of<T>(values: readonly T[], fallback: T): T
  uuid(): string
}

/** Drawn from a hash chain of the name: no clock, no chance, the same on every machine. */
function drawer(seed: string): Drawer {
  let counter = 0
  const next = () => {
    counter += 1
    return createHash('sha256').update(`${seed} ${counter}`).digest()
  }
  const below = (limit: number) => next().readUInt32BE(0) % limit
  return {
    below,
    of: (values, fallback) => values[below(values.length)] ?? fallback,
    uuid: () => {
      const hex = next().toString('hex')
      const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`]
      return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
    },
  }
}

function people(draw: Drawer, tenant: string): readonly Row[] {
  const count = 20 + ((createHash('sha256').update(tenant).digest()[0] ?? 0) % 17)
  return Array.from({length: count}, (_, index) => {
    const name = `${draw.of(firstNames, 'Asha')} ${draw.of(lastNames, 'Rao')}`
    const mailbox = `${name.toLowerCase().replaceAll(' ', '.')}.${index}`
    return {
      user_id: draw.uuid(),
      full_name: name,
      email: `${mailbox}@${tenant.replaceAll('_', '-')}.example`,
      phone_number: `+9198${String(10_000_000 + index * 7919 + draw.below(7000)).padStart(8, '0')}`,
      role: index === 0 ? 'provider_admin' : index <= 5 ? 'agent' : 'policyholder',
      status: index % 11 === 10 ? 'inactive' : 'active',
      mfa_enabled: index <= 5,
      subscription_plan: draw.of(['basic', 'plus', 'premium'], 'basic'),
    }
  })
}

function providerRow({code, name, type}: Provider, providerId: string): Row {
  return {provider_id: providerId, provider_code: code, provider_name: name, provider_type: type}
}

function agentRows(
  draw: Drawer,
  users: readonly Row[],
  {providerId, code}: {readonly providerId: string; readonly code: string},
): readonly Row[] {
  return users
    .filter((user) => user['role'] === 'agent')
    .map((user, index) => ({
      agent_id: draw.uuid(),
      user_id: user['user_id'],
      provider_id: providerId,
      agent_code: `${code}-A${String(index + 1).padStart(4, '0')}`,
      license_number: `IRDAI/${2018 + draw.below(7)}/${100_000 + draw.below(900_000)}`,
      territory: draw.of(territories, 'Mumbai'),
      commission_rate: (5 + draw.below(200) / 10).toFixed(2),
      whatsapp_business_number: user['phone_number'],
    }))
}

function policyholderRows(
  draw: Drawer,
  users: readonly Row[],
  agents: readonly Row[],
  providerId: string,
): readonly Row[] {
  return users
    .filter((user) => user['role'] === 'policyholder')
    .map((user, index) => ({
      policyholder_id: draw.uuid(),
      user_id: user['user_id'],
      agent_id: agents[index % agents.length]?.['agent_id'],
      provider_id: providerId,
      customer_id: `C${String(700_000 + index * 131)}`,
      risk_profile: {band: draw.of(['low', 'medium', 'high'], 'low'), smoker: draw.below(5) === 0},
      communication_preferences: {whatsapp: true, email: draw.below(2) === 0},
      language_preference: draw.of(languages, 'en'),
    }))
}

function policyRows(
  draw: Drawer,
  holders: readonly Row[],
  {provider, providerId, now}: {provider: Provider; providerId: string; now: Date},
): readonly Row[] {
  return holders.flatMap((holder, index) =>
    Array.from({length: 1 + draw.below(4)}, (_, number) => {
      const year = now.getUTCFullYear() - 1 - draw.below(8)
      const sum = (5 + draw.below(96)) * 100_000
      const day = String(1 + draw.below(28)).padStart(2, '0')
      const month = String(1 + draw.below(12)).padStart(2, '0')
      return {
        policy_id: draw.uuid(),
        policy_number: `${provider.code}${year}${String(index * 10 + number).padStart(6, '0')}`,
        policyholder_id: holder['policyholder_id'],
        agent_id: holder['agent_id'],
        provider_id: providerId,
        policy_type: draw.of(['TERM', 'ENDOWMENT', 'ULIP', 'PENSION'], 'TERM'),
        plan_name: draw.of(provider.plans, 'Term Plan'),
        sum_assured: sum.toFixed(2),
        premium_amount: (sum / (80 + draw.below(160))).toFixed(2),
        premium_frequency: draw.of(['MONTHLY', 'QUARTERLY', 'ANNUAL'], 'ANNUAL'),
        start_date: `${year}-${month}-${day}`,
        maturity_date: `${year + 15 + draw.below(15)}-${month}-${day}`,
        status: draw.of(['active', 'active', 'active', 'active', 'lapsed', 'matured'], 'active'),
        nominee_details: {
          name: `${draw.of(firstNames, 'Asha')} ${draw.of(lastNames, 'Rao')}`,
          relation: draw.of(['spouse', 'child', 'parent'], 'spouse'),
          share_percent: 100,
        },
      }
    }),
  )
}

function videoRows(draw: Drawer, agents: readonly Row[]): readonly Row[] {
  const titles = [
    ['How a term plan works', 'life_insurance'],
    ['Section 80C in five minutes', 'tax_planning'],
    ['What to do when a claim is made', 'claims'],
    ['Retirement at sixty, step by step', 'retirement'],
    ['Reading a health policy', 'health_insurance'],
  ] as const
  return titles.map(([title, category], index) => ({
    video_id: draw.uuid(),
    agent_id: agents[index % agents.length]?.['agent_id'],
    title,
    category,
    video_url: `https://www.youtube.com/watch?v=sample${index}`,
    duration_seconds: 120 + draw.below(600),
    view_count: draw.below(5000),
    rating: (3 + draw.below(20) / 10).toFixed(2),
  }))
}

function knowledgeRows(draw: Drawer): readonly Row[] {
  const answers = [
    ['premium', 'When is my premium due?', 'On the date of your policy, with 30 days of grace.'],
    [
      'claims',
      'How do I make a claim?',
      'Tell your agent or write on WhatsApp; keep the policy number.',
    ],
    ['nominee', 'Can I change my nominee?', 'Yes, at any time, with the nomination form.'],
    ['loan', 'Can I take a loan on my policy?', 'After it has reached its surrender value.'],
  ] as const
  return answers.map(([intent, question, answer]) => ({
    kb_id: draw.uuid(),
    category: 'policy',
    intent,
    question,
    answer,
    usage_count: draw.below(400),
    accuracy_score: (0.8 + draw.below(20) / 100).toFixed(2),
  }))
}

function templateRows(draw: Drawer): readonly Row[] {
  return [
    ['premium_due', 'utility', 'Dear {{1}}, the premium of {{2}} for {{3}} is due on {{4}}.'],
    ['welcome', 'marketing', 'Welcome {{1}}, your agent {{2}} is here for you.'],
    ['otp', 'authentication', '{{1}} is your code. It is valid for ten minutes.'],
  ].map(([template_name, category, content]) => ({
    template_id: draw.uuid(),
    template_name,
    category,
    content,
  }))
}

function analyticsRows(draw: Drawer, users: readonly Row[], now: Date): readonly Row[] {
  const events = ['app_opened', 'policy_viewed', 'premium_paid', 'video_watched', 'chat_started']
  return Array.from({length: 120}, () => ({
    analytics_id: draw.uuid(),
    user_id: draw.of(users, {})['user_id'],
    event_type: draw.of(events, 'app_opened'),
    event_data: {screen: draw.of(['home', 'policies', 'payments'], 'home')},
    session_id: draw.uuid(),
    timestamp: new Date(now.getTime() - draw.below(80 * 24 * 60) * 60_000).toISOString(),
    device_info: {os: draw.of(['android', 'ios'], 'android')},
  }))
}

function performanceRows(draw: Drawer, agents: readonly Row[], now: Date): readonly Row[] {
  const metrics = ['policies_sold', 'premium_collected', 'conversion_rate']
  return agents.flatMap((agent) =>
    metrics.flatMap((metric_name) =>
      [1, 2, 3].map((monthsAgo) => ({
        performance_id: draw.uuid(),
        agent_id: agent['agent_id'],
        metric_name,
        metric_value: draw.below(metric_name === 'premium_collected' ? 500_000 : 40),
        metric_date: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsAgo, 1))
          .toISOString()
          .slice(0, 10),
      })),
    ),
  )
}
