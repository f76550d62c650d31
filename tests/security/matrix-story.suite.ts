/** The product with everybody of the access matrix in it: who really asks, and what really is hidden. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import type { DeclaredDoor } from '../../src/http/doors.ts'
import { startLacydon } from '../../src/main.ts'
import { Asker, password, until } from './attacked-product.suite.ts'

/** The dataset of the story, one that is nobody's business, and one that is not there; ids of one length. */
export const hiddenId = 'quai-9f3c-7b21'
export const absentId = 'quai-0000-0000'
/** In every row of the dataset, and nowhere else. */
export const canary = 'CACHALOT-4417'
const openId = 'bouees'

export const rowsOf = (word: string) => `nom,latitude,longitude\n${word},43.3,5.3\n${word} bis,43.31,5.31\n`

export interface MatrixStory {
  base: string
  doors: readonly DeclaredDoor[]
  /** By the names of the table. */
  askers: ReadonlyMap<string, Asker>
  ferries: string
  consortium: string
  platform: Asker
  close(): Promise<void>
}

export async function openMatrixStory(): Promise<MatrixStory> {
  const folder = await mkdtemp(join(tmpdir(), 'lacydon-matrix-'))
  const args = ['--port', '0', '--data-dir', join(folder, 'data'), '--no-demo', '--log-level', 'silent']
  const running = await startLacydon(readConfig({}, args, folder))
  const close = async () => {
    await running.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    return { ...(await tell(running)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function tell({
  address,
  doors,
  notices,
}: Awaited<ReturnType<typeof startLacydon>>): Promise<Omit<MatrixStory, 'close'>> {
  const base = address.replace(/\/$/, '')
  const token = /setup#([\w-]{43})/.exec(notices.join('\n'))![1]
  const platform = new Asker(base)
  await platform.json('POST', '/api/v1/setup', { token, email: 'chef@port.example', name: 'Chef', password })
  await platform.json('POST', '/api/v1/session', { email: 'chef@port.example', password })

  const found = async (name: string, kind = 'private'): Promise<string> =>
    (await platform.json('POST', '/api/v1/organisations', { name, kind })).id
  const person = async (name: string, organisation: string, role: string): Promise<Asker> => {
    const email = `${name}@port.example`
    await platform.json('POST', `/api/v1/organisations/${organisation}/invitations`, { email, role })
    const { mails } = await platform.json('GET', '/api/v1/outbox')
    const given = /#([\w-]{43})/.exec(mails.find(({ to }: { to: string }) => to === email).text)![1]
    const asker = new Asker(base)
    await asker.json('POST', '/api/v1/invitations/accept', { token: given, name, password })
    await signIn(asker, email)
    return asker
  }
  const signIn = (asker: Asker, email: string) => asker.json('POST', '/api/v1/session', { email, password })
  const leave = async (name: string, organisation: string) => {
    const { members } = await platform.json('GET', `/api/v1/organisations/${organisation}/members`)
    const { id } = members.find(({ email }: { email: string }) => email === `${name}@port.example`)
    await platform.json('DELETE', `/api/v1/organisations/${organisation}/members/${id}`)
  }

  const ferries = await found('Ferries')
  const metropole = await found('Metropole', 'public')
  const elsewhere = await found('Elsewhere')
  const suspended = await found('Croisieres')
  const steward = await person('steward', ferries, 'steward')
  const coordinator = await person('coordinator', ferries, 'admin')
  const reader = await person('reader', metropole, 'reader')
  const other = await person('other', elsewhere, 'analyst')
  const administrator = await person('administrator', elsewhere, 'admin')
  const former = await person('former', ferries, 'steward')
  const cruise = await person('cruise', suspended, 'steward')
  const auditor = await person('auditor', elsewhere, 'reader')

  await loadRows(steward, openId, 'bouee')
  await loadRows(steward, hiddenId, canary)
  const terms = { release: [], spatial: null, maxAgeS: null, quota: null, agreementTemplate: null }
  const open = { rowFilter: null, columns: null, from: null, until: null, note: '' }
  for (const organisation of [metropole, suspended])
    await steward.json('POST', `/api/v1/sharing/datasets/${hiddenId}/grants`, {
      grantee: { kind: 'organisation', organisation },
      actions: ['discover', 'preview', 'query'],
      ...terms,
      ...open,
    })
  const { id: consortium } = await coordinator.json('POST', '/api/v1/consortia', {
    name: 'Rade',
    organisation: ferries,
  })

  const key = async (more: object) => {
    const made = await steward.json('POST', '/api/v1/accounts/me/keys', {
      name: 'a key',
      scopes: ['discover', 'preview', 'query', 'export', 'stream', 'tiles', 'load'],
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      ...more,
    })
    return new Asker(base, made.key)
  }
  // What ends, ends when it was good before.
  for (const asker of [cruise, former])
    await asker.json('GET', `/api/explore/v2.1/catalog/datasets/${hiddenId}/records`)
  await platform.json('PUT', `/api/v1/organisations/${suspended}/status`, { status: 'suspended' })
  await leave('former', ferries)
  await signIn(former, 'former@port.example')
  const { accounts } = await platform.json('GET', '/api/v1/accounts')
  const { id } = accounts.find(({ email }: { email: string }) => email === 'auditor@port.example')
  await platform.json('PUT', `/api/v1/accounts/${id}/platform-roles`, { platformRoles: ['auditor'] })
  await leave('auditor', elsewhere)
  await signIn(auditor, 'auditor@port.example')

  return {
    base,
    doors,
    ferries,
    consortium,
    platform,
    askers: new Map([
      ['owner-steward', steward],
      ['anonymous', new Asker(base)],
      ['other-organisation', other],
      ['reader', reader],
      ['ex-member', former],
      ['admin-elsewhere', administrator],
      ['wrong-scope-key', await key({ scopes: ['discover'] })],
      ['wrong-dataset-key', await key({ datasets: [openId] })],
      ['wrong-address-key', await key({ cidrs: ['203.0.113.0/24'] })],
      ['suspended-organisation', cruise],
      ['auditor', auditor],
      ['platform-admin', platform],
    ]),
  }
}

async function loadRows(asker: Asker, id: string, word: string): Promise<void> {
  const begun = await asker.ask('POST', `/api/v1/datasets/${id}/versions?create=true`, rowsOf(word), {
    'content-type': 'application/octet-stream',
  })
  const { id: load } = (await begun.json()) as { id: string }
  await until(async () => {
    const { state, ...rest } = await asker.json('GET', `/api/v1/datasets/${id}/loads/${load}`)
    if (['failed', 'cancelled', 'held'].includes(state)) throw new Error(JSON.stringify(rest))
    return state === 'published'
  })
}
