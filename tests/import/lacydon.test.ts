/** A portal that is another Lacydon: the same rows arrive, by its Explore API. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { callRows, callsDefinition, type Instance, startInstance } from '../explore/instance.suite.ts'
import { type ImportInstance, newFolder, openInstance, removeFolder } from './instance.suite.ts'

const folder = newFolder()
let portal: Instance
let instance: ImportInstance
beforeAll(async () => {
  portal = await startInstance()
  instance = await openInstance(folder)
})
afterAll(async () => {
  await instance.close()
  await portal.close()
  removeFolder(folder)
})

it('every type of field arrives as it was', async () => {
  await portal.load(callsDefinition, callRows(500), {
    license: 'etalab-2.0',
    publisher: 'Port inventé',
    sector: ['maritime-tourism'],
    theme: ['Mobilité'],
    updateEvery: 'P1D',
  })
  const report = await instance.run({ address: portal.base })
  expect(report.items).toMatchObject([{ reason: null, rowsThere: 500, rowsRead: 500, rowsHere: 500 }])
  expect(report.items[0]!.checksumHere).toBe(report.items[0]!.checksumThere)
  expect(report.isEqual).toBe(true)
  const { definition, metadata } = instance.datasets.describe('port-calls')
  const there = new Map(callsDefinition.fields.map((field) => [field.name, field]))
  expect(definition.fields.map(({ name }) => name).sort()).toEqual([...there.keys()].sort())
  for (const { name, type, annotations, label } of definition.fields) {
    expect(type, name).toBe(there.get(name)!.type)
    expect(label.fr).toBe(there.get(name)!.label.fr)
    expect(annotations ?? {}, name).toMatchObject(there.get(name)!.annotations ?? {})
  }
  expect(metadata).toMatchObject({ license: 'etalab-2.0', sector: ['maritime-tourism'], updateEvery: 'P1D' })
})

it('its DCAT catalogue leads to the same rows', async () => {
  const report = await instance.run({
    address: `${portal.base}/api/explore/v2.1/catalog/exports/ttl`,
    kind: 'dcat',
  })
  expect(report.import.counts).toMatchObject({ all: 1, imported: 1 })
  expect(report.items[0]).toMatchObject({ state: 'imported', rowsHere: 500, license: 'etalab-2.0' })
})
