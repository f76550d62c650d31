import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { packageRoot } from '../../package-root.ts'
import { type ImportTarget, readImportArguments, readPortals, runImportCommand } from './import-command.ts'
import { parityOf, reportCsv, viewOf } from './parity.ts'
import { portalConnectors } from './portal-kinds.ts'

const stored = (address: string) => ({
  id: 'a1',
  address,
  kind: '',
  options: { address },
  state: 'failed' as const,
  cursor: '',
  isCatalogueRead: false,
  datasetsThere: -1,
  error: { code: 'unavailable', message: `${address} cannot be reached: its name is not known here.` },
  createdAt: '2026-01-01T00:00:00.000Z',
  modifiedAt: '2026-01-01T00:00:00.000Z',
})

async function runOffline(addresses: string[]) {
  const target: ImportTarget = {
    begin: async ({ address }) => viewOf(stored(address), []),
    ended: async ({ address }) => parityOf(viewOf(stored(address), []), []),
    close: async () => {},
  }
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  const code = await runImportCommand(
    addresses.map((address) => ({ address })),
    streams,
    target,
    async () => {},
  )
  return { code, said: String(streams.stderr.read() ?? ''), out: streams.stdout.read() }
}

it('the list of portals without internet: one sentence', async () => {
  const text = readFileSync(join(packageRoot, 'data/portals/portals.json'), 'utf8')
  const portals = readPortals(text, 'portals.json')
  expect(portals.length).toBeGreaterThanOrEqual(4)
  for (const { address, kind } of portals) {
    expect(new URL(address).protocol).toBe('https:')
    expect(portalConnectors.map(({ id }) => id)).toContain(kind)
  }
  for (const portal of (JSON.parse(text) as { portals: object[] }).portals)
    expect(portal).toMatchObject({ licence: expect.stringMatching(/./), source: expect.stringMatching(/./) })
  const { code, said, out } = await runOffline(portals.map(({ address }) => address))
  expect(code).toBe(1)
  expect(said.trim().split('\n')).toEqual([expect.stringMatching(/^None of the \d portals .* internet/)])
  expect(out).toBeNull()
})

it('one portal without internet: what it says', async () => {
  const { said } = await runOffline(['https://portal.example/'])
  expect(said).toBe('https://portal.example/ cannot be reached: its name is not known here.\n')
})

it('arguments', () => {
  expect(readImportArguments(['https://a.example', '--only', 'a, b*', '--limit=3']).requests).toEqual([
    { address: 'https://a.example', only: ['a', 'b*'], limit: 3 },
  ])
  for (const wrong of [
    [],
    ['a', 'b'],
    ['a', '--limit', '0'],
    ['a', '--nope', '1'],
    ['a', '--at', 'x'],
    ['a', '--only'],
    ['a', '--catalogue', 'f'],
  ])
    expect(() => readImportArguments(wrong), wrong.join(' ')).toThrow(
      expect.objectContaining({ code: 'invalid_setting' }),
    )
  for (const wrong of ['', '[]', '{"portals":[]}', '{"portals":[{}]}'])
    expect(() => readPortals(wrong, 'f.json')).toThrow(expect.objectContaining({ code: 'invalid_setting' }))
})

it('texts of a report run in no spreadsheet', () => {
  const view = viewOf(stored('https://portal.example/'), [])
  const item = {
    key: '=cmd()',
    datasetId: 'a',
    title: 'a "b", c',
    link: '',
    state: 'imported' as const,
    rowsThere: 1,
    rowsRead: null,
    rowsHere: 1,
    rowsRejected: 0,
    bytes: 1,
    sha256: '',
    checksumThere: '',
    checksumHere: '',
    version: 1,
    license: '',
    isLicenceKnown: false,
    attachments: 0,
    reason: null,
  }
  const report = { ...parityOf(view, []), items: [item] }
  expect(reportCsv(report)).toContain(`'=cmd(),a,imported,1,,1`)
  expect(reportCsv(report)).toContain('"a ""b"", c"')
})
