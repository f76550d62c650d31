/**
 * What each route owes each kind of reader, derived from its door alone. The story: the dataset `loads` of the
 * organisation `ferries` is private, its record too; `metropole` has a grant to discover, preview and query it.
 */
import type { DeclaredDoor, Door } from '../../src/http/doors.ts'
import type { Action } from '../../src/http/principal.ts'

/**
 * `allow`, or the status of the refusal. A hidden dataset answers as one that does not exist (404). `policy`: a
 * dataset of the product, whose own policy decides.
 */
type Expected = 'allow' | '401' | '403' | '404' | 'policy'
type Reading = Action | 'manage'

interface Reader {
  name: string
  /** On the dataset of the story. `isWrite`: the guard of changes is asked first, whatever the dataset. */
  onDataset(action: Reading, isWrite: boolean): Expected
  /** On doors that ask for an account and name no dataset. */
  onAccount(need: string): Expected
  /** Refused before anything else is looked at. */
  isRefused?: boolean
}

const granted = new Set<Reading>(['discover', 'preview', 'query'])
const signedIn =
  (...roles: string[]) =>
  (need: string): Expected =>
    need === 'signed-in' || roles.includes(need) ? 'allow' : '403'
/** Keys are not persons: they load for their organisation and manage no account. */
const asKey =
  (...scopes: string[]) =>
  (need: string): Expected =>
    need === 'steward' && scopes.includes('load') ? 'allow' : '403'

const stranger = (mayWriteElsewhere: boolean) => (_action: Reading, isWrite: boolean) =>
  isWrite && !mayWriteElsewhere ? ('403' as const) : ('404' as const)
const nobody = (_action: Reading, isWrite: boolean) => (isWrite ? ('401' as const) : ('404' as const))

export const readers: readonly Reader[] = [
  { name: 'owner-steward', onDataset: () => 'allow', onAccount: signedIn('steward') },
  { name: 'anonymous', onDataset: nobody, onAccount: () => '401' },
  { name: 'other-organisation', onDataset: stranger(false), onAccount: signedIn('analyst') },
  {
    name: 'reader',
    onDataset: (action) => (granted.has(action) ? 'allow' : '403'),
    onAccount: signedIn('reader'),
  },
  { name: 'ex-member', onDataset: stranger(false), onAccount: signedIn() },
  // An administrator may do what a steward may.
  { name: 'admin-elsewhere', onDataset: stranger(true), onAccount: signedIn('admin', 'steward') },
  {
    name: 'wrong-scope-key',
    onDataset: (action) => (action === 'discover' ? 'allow' : '403'),
    onAccount: asKey('discover'),
  },
  { name: 'wrong-dataset-key', onDataset: () => '404', onAccount: asKey() },
  { name: 'wrong-address-key', onDataset: () => '401', onAccount: () => '401', isRefused: true },
  // Its sessions ended with the suspension.
  { name: 'suspended-organisation', onDataset: nobody, onAccount: () => '401' },
]

function expected(reader: Reader, door: Door, isWrite: boolean): Expected {
  if (reader.isRefused) return '401'
  if ('public' in door || 'catalogue' in door) return 'allow'
  if ('datasets' in door) return 'policy'
  if ('action' in door) return reader.onDataset(door.action, false)
  return door.dataset === undefined ? reader.onAccount(door.account) : reader.onDataset('manage', isWrite)
}

function doorText(door: Door): string {
  if ('public' in door) return 'public'
  if ('catalogue' in door) return 'discover catalogue'
  if ('datasets' in door) return `${door.action} ${door.datasets.join('+')}`
  if ('action' in door) return `${door.action} {${door.dataset}}`
  return door.dataset === undefined ? `account ${door.account}` : `account ${door.account} {${door.dataset}}`
}

/**
 * The table as CSV, one line a route, sorted. Files of the pages are one line, and a path with and without a slash at
 * its end are one.
 */
export function accessMatrix(doors: readonly DeclaredDoor[]): string {
  const lines = new Map<string, string>()
  for (const { methods, url, door } of doors) {
    const path = url.length > 1 ? url.replace(/\/$/, '') : url
    for (const method of methods) {
      // HEAD is GET without a body, by the same door.
      if (method === 'HEAD') continue
      const isFile = 'public' in door && door.public.startsWith('the pages')
      const shown = isFile ? '(files of the pages)' : path
      const isWrite = method !== 'GET' && method !== 'OPTIONS' && path.startsWith('/api/v1/')
      const cells = readers.map((reader) => expected(reader, door, isWrite))
      lines.set(`${shown} ${method}`, [method, shown, doorText(door), ...cells].join(','))
    }
  }
  const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line)
  return `${['method', 'route', 'door', ...readers.map(({ name }) => name)].join(',')}\n${sorted.join('\n')}\n`
}
