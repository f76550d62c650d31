/**
 * What each route owes each kind of reader, derived from its door alone. The story: the dataset of the organisation
 * `ferries` is private, its record too; `metropole` has a grant to discover, preview and query it.
 */
import type { AccountDoor, DeclaredDoor, Door } from '../../src/http/doors.ts'
import type { Action } from '../../src/http/principal.ts'

/**
 * `allow`, or the status of the refusal. A hidden dataset answers as one that does not exist (404). `policy`: a
 * dataset of the product, whose own policy decides.
 */
export type Expected = 'allow' | '401' | '403' | '404' | 'policy'
type Reading = Action | 'manage'

interface Reader {
  name: string
  /** On the dataset of the story. */
  onDataset(action: Reading): Expected
  /** Refused by the guard of changes, whatever the dataset. */
  onWrite?: Expected
  /** What it is, where roles are asked for: of its organisation, or of the platform. Absent: nobody, or a key. */
  is?: readonly string[]
  /** Acts for `ferries`. */
  isOwner?: boolean
  /** On doors that ask for an account and are none of its. */
  refusal: Expected
  /** Refused before anything else is looked at. */
  isRefused?: boolean
}

const granted = new Set<Reading>(['discover', 'preview', 'query'])
const hidden = () => '404' as const

export const readers: readonly Reader[] = [
  {
    name: 'owner-steward',
    onDataset: () => 'allow',
    is: ['signed-in', 'member', 'steward'],
    isOwner: true,
    refusal: '403',
  },
  { name: 'anonymous', onDataset: hidden, onWrite: '401', refusal: '401' },
  {
    name: 'other-organisation',
    onDataset: hidden,
    onWrite: '403',
    is: ['signed-in', 'member', 'analyst'],
    refusal: '403',
  },
  {
    name: 'reader',
    onDataset: (action) => (granted.has(action) ? 'allow' : '403'),
    onWrite: '403',
    is: ['signed-in', 'member', 'reader'],
    refusal: '403',
  },
  { name: 'ex-member', onDataset: hidden, onWrite: '403', is: ['signed-in'], refusal: '403' },
  // An administrator may do what a steward may.
  {
    name: 'admin-elsewhere',
    onDataset: hidden,
    is: ['signed-in', 'member', 'admin', 'steward'],
    refusal: '403',
  },
  {
    name: 'wrong-scope-key',
    onDataset: (action) => (action === 'discover' ? 'allow' : '403'),
    onWrite: '403',
    refusal: '403',
  },
  { name: 'wrong-dataset-key', onDataset: hidden, refusal: '403' },
  { name: 'wrong-address-key', onDataset: () => '401', refusal: '401', isRefused: true },
  // Its sessions ended with the suspension.
  { name: 'suspended-organisation', onDataset: hidden, onWrite: '401', refusal: '401' },
  { name: 'auditor', onDataset: hidden, onWrite: '403', is: ['signed-in', 'auditor'], refusal: '403' },
  {
    name: 'platform-admin',
    onDataset: hidden,
    onWrite: '403',
    is: ['signed-in', 'platform-admin'],
    refusal: '403',
  },
]

const noOther = Object.fromEntries(
  ['owner-steward', 'other-organisation', 'reader', 'ex-member', 'admin-elsewhere', 'auditor'].map((name) => [
    name,
    '403' as const,
  ]),
)

/** Where the service knows more than the door: who coordinates a consortium, whose membership it is. */
const decidedByService: Record<string, Record<string, Expected>> = {
  'DELETE /api/v1/organisations/:id/members/:membership': noOther,
  'PATCH /api/v1/consortia/:id': { 'admin-elsewhere': '403' },
  'POST /api/v1/consortia/:id/charter': { 'admin-elsewhere': '403' },
  'PUT /api/v1/consortia/:id/members/:organisation': { 'admin-elsewhere': '403' },
  'DELETE /api/v1/consortia/:id/members/:organisation': { 'admin-elsewhere': '403' },
}

const ofPlatform = new Set(['signed-in', 'auditor', 'curator', 'platform-admin'])

function onAccount({ is = [], isOwner, refusal }: Reader, { account, organisation }: AccountDoor): Expected {
  const counts = (need: string) => organisation === undefined || isOwner || ofPlatform.has(need)
  return [account].flat().some((need) => is.includes(need) && counts(need)) ? 'allow' : refusal
}

function onManaged(reader: Reader, door: AccountDoor): Expected {
  const needs = [door.account].flat()
  if (needs.some((need) => need !== 'signed-in' && ofPlatform.has(need) && reader.is?.includes(need)))
    return 'allow'
  // Who merely has to be signed in has to know of the dataset too.
  const word = reader.onDataset(needs.includes('signed-in') && reader.is ? 'discover' : 'manage')
  const isForOthers = !needs.includes('steward') && !needs.includes('signed-in')
  return word === 'allow' && isForOthers ? reader.refusal : word
}

function expected(reader: Reader, door: Door, isGuarded: boolean): Expected {
  if (reader.isRefused) return '401'
  if ('public' in door || 'catalogue' in door) return 'allow'
  if ('datasets' in door) return 'policy'
  if ('action' in door) return reader.onDataset(door.action)
  if (isGuarded && reader.onWrite) return reader.onWrite
  return door.dataset === undefined ? onAccount(reader, door) : onManaged(reader, door)
}

function doorText(door: Door): string {
  if ('public' in door) return 'public'
  if ('catalogue' in door) return 'discover catalogue'
  if ('datasets' in door) return `${door.action} ${door.datasets.join('+')}`
  if ('action' in door) return `${door.action} {${door.dataset}}`
  const named = door.dataset ?? door.organisation
  return `account ${[door.account].flat().join('|')}${named === undefined ? '' : ` {${named}}`}`
}

export interface MatrixLine {
  method: string
  /** Files of the pages are one line; a path with and without a slash at its end are one. */
  route: string
  door: Door
  /** In the order of `readers`. */
  cells: Expected[]
}

/** One line a route, sorted. */
export function matrixLines(doors: readonly DeclaredDoor[]): MatrixLine[] {
  const lines = new Map<string, MatrixLine>()
  for (const { methods, url, door, write } of doors) {
    const path = url.length > 1 ? url.replace(/\/$/, '') : url
    for (const method of methods) {
      // HEAD is GET without a body, by the same door.
      if (method === 'HEAD') continue
      const isFile = 'public' in door && door.public.startsWith('the pages')
      const route = isFile ? '(files of the pages)' : path
      const isWrite = method !== 'GET' && method !== 'OPTIONS' && path.startsWith('/api/v1/')
      const known = decidedByService[`${method} ${route}`]
      const cells = readers.map(
        (reader) => known?.[reader.name] ?? expected(reader, door, isWrite && write === 'data'),
      )
      lines.set(`${route} ${method}`, { method, route, door, cells })
    }
  }
  return [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line)
}

/** The table as CSV. */
export function accessMatrix(doors: readonly DeclaredDoor[]): string {
  const lines = matrixLines(doors).map(({ method, route, door, cells }) =>
    [method, route, doorText(door), ...cells].join(','),
  )
  return `${['method', 'route', 'door', ...readers.map(({ name }) => name)].join(',')}\n${lines.join('\n')}\n`
}
