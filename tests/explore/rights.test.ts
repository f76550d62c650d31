/** The place where a decision enters: hidden fields, rows and datasets do not exist. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VisibleFields } from '../../src/datasets/explore/access.ts'
import { call, column, value } from '../../src/engines/columnar/query.ts'
import { callRows, callsDefinition, type Instance, startInstance } from './instance.suite.ts'

/** Whoever has the key sees all; others see French ships without their crew, and nothing of `secret-calls`. */
const decide: VisibleFields = (dataset, { credential }) => {
  if (credential === 'Apikey full') return { fields: dataset.fields, fingerprint: 'full', isPublic: false }
  if (dataset.id === 'secret-calls') return undefined
  return {
    fields: dataset.fields.filter(({ name }) => name !== 'crew'),
    where: call('=', column('flag'), value('FR')),
    fingerprint: 'public',
    isPublic: true,
  }
}

let instance: Instance
const calls = '/catalog/datasets/port-calls'
const rowCount = 101

beforeAll(async () => {
  instance = await startInstance({ visibleFields: decide })
  for (const id of ['port-calls', 'secret-calls'])
    await instance.load({ ...callsDefinition, id }, callRows(rowCount))
})
afterAll(() => instance?.close())

const asPublic = async (path: string) => {
  const response = await instance.get(path)
  return { status: response.status, headers: response.headers, text: await response.text() }
}
const withKey = async (path: string) => {
  const response = await instance.get(path, { headers: { authorization: 'Apikey full' } })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

describe('what one may not see', () => {
  it('is not there, and not told from what never was', async () => {
    for (const path of [
      '',
      '/records',
      '/facets',
      '/exports',
      '/exports/csv',
      '/attachments',
      `/records/${'a'.repeat(40)}`,
    ]) {
      const hidden = await asPublic(`/catalog/datasets/secret-calls${path}`)
      const unknown = await asPublic(`/catalog/datasets/nothing-calls${path}`)
      expect([path, hidden.status, hidden.text.replaceAll('secret', 'X')]).toEqual([
        path,
        404,
        unknown.text.replaceAll('nothing', 'X'),
      ])
    }
    for (const clause of ['select=crew', 'where=crew>3', 'order_by=crew', 'group_by=crew', 'refine=crew:3']) {
      const hidden = await asPublic(`${calls}/records?${clause}`)
      const unknown = await asPublic(`${calls}/records?${clause.replace('crew', 'crow')}`)
      expect(hidden.status).toBe(400)
      expect(hidden.text.replaceAll('crew', 'X')).toBe(unknown.text.replaceAll('crow', 'X'))
    }
  })

  it('counts in no total, facet, export, document or search', async () => {
    const frenchCount = callRows(rowCount).filter(({ flag }) => flag === 'FR').length
    const json = async (path: string) => JSON.parse((await asPublic(path)).text)
    expect((await json(`${calls}/records`)).total_count).toBe(frenchCount)
    expect((await json(`${calls}/facets?facet=flag`)).facets[0].facets).toHaveLength(1)
    expect(await json(`${calls}/exports/json`)).toHaveLength(frenchCount)
    for (const path of [
      calls,
      `${calls}/records`,
      `${calls}/exports/csv`,
      '/catalog/datasets',
      '/catalog/exports/json',
      '/catalog/exports/ttl',
      '/catalog/facets',
    ])
      expect([path, /crew|secret/.exec((await asPublic(path)).text)]).toEqual([path, null])
    expect((await json('/catalog/datasets')).total_count).toBe(1)
    const v1 = await fetch(`${instance.base}/api/records/1.0/search/?dataset=port-calls&q=crew:3&rows=0`)
    expect(((await v1.json()) as { nhits: number }).nhits).toBe(0)
  })

  it('is never served from the answer of another', async () => {
    const path = `${calls}/records?limit=3`
    const full = await withKey(path)
    const open = await asPublic(path)
    expect(full.text).toContain('crew')
    expect(open.text).not.toContain('crew')
    expect(full.headers.get('etag')).not.toBe(open.headers.get('etag'))
    expect(full.headers.get('cache-control')).toBe('private, no-store')
    expect(open.headers.get('cache-control')).toContain('public')
  })

  it('ends a walk begun with other rights', async () => {
    const first = JSON.parse((await withKey(`${calls}/records?cursor=*&limit=10`)).text)
    expect((await asPublic(`${calls}/records?cursor=${first.next_cursor}&limit=10`)).status).toBe(410)
    expect((await withKey(`${calls}/records?cursor=${first.next_cursor}&limit=10`)).status).toBe(200)
    const forged = `${first.next_cursor.slice(0, -2)}AA`
    expect((await withKey(`${calls}/records?cursor=${forged}&limit=10`)).status).toBe(400)
  })
})
