import { invalidSetting } from '../../errors.ts'

export interface NatsSettings {
  /** `host:port`, one or more. */
  servers: string[]
  user: string | undefined
  password: string | undefined
  isEncrypted: boolean
  prefix: string
  replicas: number
  maxBytes: number
}

const expected =
  'nats://[user:password@]host:port, or tls://…, with ?replicas=1 to 5, max_mb=16 or more and prefix=a-name if wanted'

/**
 * What NATS_URL says: addresses separated by commas, and settings of the streams after the `?` of the last one. Throws
 * `invalid_setting` without showing a password.
 */
export function readNatsUrl(url: string): NatsSettings {
  const invalid = () => invalidSetting('NATS_URL', url.replace(/\/\/[^/@]*@/g, '//…@'), expected)
  const addresses = url.split(',').map((text) => {
    if (!URL.canParse(text)) throw invalid()
    return new URL(text)
  })
  const { username, password, protocol } = addresses[0]!
  if (addresses.some((address) => address.host === '' || !['nats:', 'tls:'].includes(address.protocol))) {
    throw invalid()
  }
  const plain = (text: string) => {
    try {
      return decodeURIComponent(text) || undefined
    } catch {
      throw invalid()
    }
  }
  const query = addresses.at(-1)!.searchParams
  const number = (name: string, fallback: number, min: number, max: number) => {
    const text = query.get(name) ?? String(fallback)
    if (!/^\d{1,9}$/.test(text) || Number(text) < min || Number(text) > max) throw invalid()
    return Number(text)
  }
  const prefix = query.get('prefix') ?? 'lacydon'
  if (!/^[A-Za-z0-9-]{1,32}$/.test(prefix)) throw invalid()
  for (const name of query.keys()) if (!['prefix', 'replicas', 'max_mb'].includes(name)) throw invalid()
  return {
    servers: addresses.map(({ host }) => host),
    user: plain(username),
    password: plain(password),
    isEncrypted: protocol === 'tls:',
    prefix,
    replicas: number('replicas', 1, 1, 5),
    maxBytes: number('max_mb', 1024, 16, 1_000_000) * 1024 * 1024,
  }
}
