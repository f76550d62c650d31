import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { invalidSetting } from './errors.ts'
import { readAllowed } from './http/outbound-address.ts'

export interface Config {
  port: number
  host: string
  dataDir: string
  /** Real AIS inputs, as written by the user: one per flag, or several in the environment, separated by spaces. */
  ais: string[]
  demo: boolean
  demoSeed: number
  /** Hours of simulated past on a first start. */
  demoHours: number
  clickhouseUrl: string | undefined
  databaseUrl: string | undefined
  natsUrl: string | undefined
  filesUrl: string | undefined
  publicUrl: string | undefined
  /** Addresses or CIDR ranges whose X-Forwarded-* headers are believed. */
  trustedProxies: string[]
  /** Ranges of private networks that may be asked, as `readAllowed` of http/outbound-address.ts reads them. */
  outboundAllow: string
  /** Days that AIS rows stay, by time of receipt. */
  aisRetentionDays: number
  /** Versions of a dataset past both of these are purged, never the current one. */
  versionsKeep: number
  versionsKeepDays: number
  /** Raw lines kept per source once their rows are stored, in MB. */
  spoolKeepMb: number
  /** Days that the lines of the access log stay; signed heads stand for those that went. */
  journalRetentionDays: number
  /** Invented accounts in the demo, one per role. */
  demoAccounts: boolean
  smtpUrl: string | undefined
  mailFrom: string
  /** JSON file of identity providers. */
  oidcFile: string | undefined
  /** Whether `?apikey=` counts. */
  keysInAddress: boolean
  logLevel: string
}

interface Setting {
  name: string
  meaning: string
  fallback: string
}

/** Every setting: an environment variable, and a flag of the same name (`DATA_DIR`, `--data-dir`). */
export const settings = [
  { name: 'PORT', meaning: 'port of the web server; 0 takes a free one', fallback: '8787' },
  { name: 'HOST', meaning: 'address to listen on', fallback: '127.0.0.1' },
  { name: 'DATA_DIR', meaning: 'folder of all data', fallback: './.lacydon' },
  {
    name: 'AIS',
    meaning:
      'AIS source: file:PATH[?speed=N], tcp://HOST:PORT, tcp-server://[HOST]:PORT, udp://[HOST]:PORT, aisstream:?key=…&bbox=w,s,e,n; repeat the option for several',
    fallback: '',
  },
  { name: 'DEMO', meaning: 'yes or no: the simulated port while no source is configured', fallback: 'yes' },
  { name: 'DEMO_SEED', meaning: 'whole number that fixes the simulated port', fallback: '13' },
  { name: 'DEMO_HOURS', meaning: 'hours of simulated past on a first start, 0 to 72', fallback: '12' },
  { name: 'CLICKHOUSE_URL', meaning: 'ClickHouse for dataset rows instead of DuckDB', fallback: '' },
  { name: 'DATABASE_URL', meaning: 'PostgreSQL for control data instead of SQLite', fallback: '' },
  { name: 'NATS_URL', meaning: 'NATS JetStream for the bus instead of in process', fallback: '' },
  { name: 'FILES_URL', meaning: 'file:///FOLDER for files elsewhere than in DATA_DIR', fallback: '' },
  { name: 'PUBLIC_URL', meaning: 'address under which people reach this instance', fallback: '' },
  { name: 'TRUSTED_PROXIES', meaning: 'proxy addresses whose forwarded headers are believed', fallback: '' },
  {
    name: 'OUTBOUND_ALLOW',
    meaning:
      'private networks that may be asked for data: CIDR[:port], such as 10.0.0.0/8 or 192.168.1.20:8080',
    fallback: '',
  },
  { name: 'AIS_RETENTION_DAYS', meaning: 'days that AIS rows stay, by time of receipt', fallback: '30' },
  { name: 'VERSIONS_KEEP', meaning: 'last versions of a dataset that stay, however old', fallback: '20' },
  {
    name: 'VERSIONS_KEEP_DAYS',
    meaning: 'days that versions of a dataset stay, however many',
    fallback: '365',
  },
  {
    name: 'SPOOL_KEEP_MB',
    meaning: 'raw lines kept per source after their rows are stored',
    fallback: '1024',
  },
  { name: 'JOURNAL_RETENTION_DAYS', meaning: 'days that the access log stays', fallback: '365' },
  {
    name: 'DEMO_ACCOUNTS',
    meaning: 'yes or no: one invented account per role in the demo, only on this machine',
    fallback: 'yes',
  },
  { name: 'SMTP_URL', meaning: 'mail server; without one mail waits in the outbox', fallback: '' },
  { name: 'MAIL_FROM', meaning: 'sender of mail', fallback: 'Lacydon <lacydon@localhost>' },
  { name: 'OIDC_FILE', meaning: 'JSON file of identity providers people sign in by', fallback: '' },
  { name: 'KEYS_IN_ADDRESS', meaning: 'yes or no: take API keys as ?apikey= too', fallback: 'yes' },
  { name: 'LOG_LEVEL', meaning: 'silent, error, warn, info or debug', fallback: 'warn' },
] as const satisfies Setting[]

type Name = (typeof settings)[number]['name']

const flagOf = (name: string) => `--${name.toLowerCase().replaceAll('_', '-')}`

/** Values given by flags, later ones last. `--no-demo` is DEMO=no. */
function readFlags(args: string[]): Map<Name, string[]> {
  const given = new Map<Name, string[]>()
  for (let i = 0; i < args.length; i++) {
    const [flag, inline] = splitOnce(args[i]!)
    if (flag === '--no-demo') {
      given.set('DEMO', ['no'])
      continue
    }
    const setting = settings.find((candidate) => flagOf(candidate.name) === flag)
    if (!setting)
      throw invalidSetting('The option', args[i]!, `one of ${settings.map((s) => flagOf(s.name)).join(', ')}`)
    const value = inline ?? args[++i]
    if (value === undefined) throw invalidSetting(flagOf(setting.name), '', setting.meaning)
    given.set(setting.name, [...(given.get(setting.name) ?? []), value])
  }
  return given
}

function splitOnce(arg: string): [string, string | undefined] {
  const at = arg.indexOf('=')
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)]
}

function wholeNumber(name: Name, text: string, min: number, max: number): number {
  const number = Number(text)
  if (!/^\d+$/.test(text.trim()) || number < min || number > max)
    throw invalidSetting(name, text, `a whole number from ${min} to ${max}`)
  return number
}

function yesOrNo(name: Name, text: string): boolean {
  if (/^(yes|true|1|on)$/i.test(text)) return true
  if (/^(no|false|0|off)$/i.test(text)) return false
  throw invalidSetting(name, text, 'yes or no')
}

function url(name: Name, text: string, protocols: string[]): string | undefined {
  if (text === '') return undefined
  const expected = `an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol))
    throw invalidSetting(name, redact(text), expected)
  return text
}

/** The same address without what may be a password. */
export function redact(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//…@').replace(/([?&](?:key|apikey|token|password)=)[^&]*/gi, '$1…')
}

function proxies(text: string): string[] {
  const list = text.split(/[\s,]+/).filter(Boolean)
  for (const entry of list) {
    const [address, bits] = entry.split('/')
    const version = isIP(address!)
    const valid =
      version !== 0 &&
      (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
    if (!valid)
      throw invalidSetting(
        'TRUSTED_PROXIES',
        entry,
        'addresses such as 10.0.0.1 or 10.0.0.0/8, separated by commas',
      )
  }
  return list
}

function outboundRanges(text: string): string {
  readAllowed(text)
  return text
}

/**
 * The configuration from environment and flags; flags win. Throws `invalid_setting` with one sentence that says
 * which setting is wrong and what to write.
 */
export function readConfig(env: Record<string, string | undefined>, args: string[], cwd: string): Config {
  const flags = readFlags(args)
  const text = (name: Name): string =>
    flags.get(name)?.at(-1) ?? env[name] ?? settings.find((setting) => setting.name === name)!.fallback
  // A flag is one address, whatever it contains; the environment holds several, separated by spaces.
  const ais = (flags.get('AIS') ?? (env.AIS ?? '').split(/\s+/)).filter(Boolean)
  const logLevel = text('LOG_LEVEL')
  if (!['silent', 'error', 'warn', 'info', 'debug'].includes(logLevel))
    throw invalidSetting('LOG_LEVEL', logLevel, 'silent, error, warn, info or debug')
  if (text('HOST').trim() === '')
    throw invalidSetting('HOST', text('HOST'), 'an address to listen on, such as 127.0.0.1')
  return {
    port: wholeNumber('PORT', text('PORT'), 0, 65_535),
    host: text('HOST'),
    dataDir: resolve(cwd, text('DATA_DIR')),
    ais,
    demo: yesOrNo('DEMO', text('DEMO')) && ais.length === 0,
    demoSeed: wholeNumber('DEMO_SEED', text('DEMO_SEED'), 0, 2_147_483_647),
    demoHours: wholeNumber('DEMO_HOURS', text('DEMO_HOURS'), 0, 72),
    clickhouseUrl: url('CLICKHOUSE_URL', text('CLICKHOUSE_URL'), ['http:', 'https:']),
    databaseUrl: url('DATABASE_URL', text('DATABASE_URL'), ['postgres:', 'postgresql:']),
    natsUrl: url('NATS_URL', text('NATS_URL'), ['nats:', 'tls:']),
    filesUrl: url('FILES_URL', text('FILES_URL'), ['file:', 's3:']),
    publicUrl: url('PUBLIC_URL', text('PUBLIC_URL'), ['http:', 'https:']),
    trustedProxies: proxies(text('TRUSTED_PROXIES')),
    outboundAllow: outboundRanges(text('OUTBOUND_ALLOW')),
    aisRetentionDays: wholeNumber('AIS_RETENTION_DAYS', text('AIS_RETENTION_DAYS'), 1, 36_500),
    versionsKeep: wholeNumber('VERSIONS_KEEP', text('VERSIONS_KEEP'), 1, 1_000_000),
    versionsKeepDays: wholeNumber('VERSIONS_KEEP_DAYS', text('VERSIONS_KEEP_DAYS'), 0, 36_500),
    spoolKeepMb: wholeNumber('SPOOL_KEEP_MB', text('SPOOL_KEEP_MB'), 0, 10_000_000),
    journalRetentionDays: wholeNumber('JOURNAL_RETENTION_DAYS', text('JOURNAL_RETENTION_DAYS'), 1, 36_500),
    demoAccounts: yesOrNo('DEMO_ACCOUNTS', text('DEMO_ACCOUNTS')),
    smtpUrl: url('SMTP_URL', text('SMTP_URL'), ['smtp:', 'smtps:']),
    mailFrom: text('MAIL_FROM'),
    oidcFile: text('OIDC_FILE') === '' ? undefined : resolve(cwd, text('OIDC_FILE')),
    keysInAddress: yesOrNo('KEYS_IN_ADDRESS', text('KEYS_IN_ADDRESS')),
    logLevel,
  }
}

/** The options of `lacydon start`, for `--help`. */
export function describeSettings(): string {
  const width = Math.max(...settings.map((setting) => setting.name.length))
  return settings
    .map(
      ({ name, meaning, fallback }) =>
        `  ${flagOf(name).padEnd(width + 2)}  ${meaning}${fallback ? ` (${fallback})` : ''}`,
    )
    .join('\n')
}
