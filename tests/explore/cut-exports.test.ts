/** Exports that end before their end. */
import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { callRows, callsDefinition, exploreV2, type Instance, startInstance } from './instance.suite.ts'

let instance: Instance | undefined
afterEach(async () => {
  await instance?.close()
  instance = undefined
})

/** More than what waits in memory and in sockets. */
const rowCount = 60_000
const path = '/catalog/datasets/port-calls/exports'

/** Reads a while, calls `meanwhile`, and goes on to the end: whether the answer looked whole. */
function download(
  address: string,
  headers: Record<string, string>,
  meanwhile: () => void,
): Promise<'whole' | 'cut'> {
  return new Promise((resolve, reject) => {
    const asked = request(address, { headers, agent: false }, (response) => {
      let isInterrupted = false
      response.on('data', () => {
        if (isInterrupted) return
        isInterrupted = true
        response.pause()
        meanwhile()
        setImmediate(() => response.resume())
      })
      response.on('end', () => resolve(response.complete ? 'whole' : 'cut'))
      response.on('error', () => resolve('cut'))
    })
    asked.on('error', (error) => reject(error))
    asked.end()
  })
}

describe('an export that the engine does not finish', () => {
  it.each([
    ['csv', {}],
    ['csv?compressed=true', {}],
    ['csv', { 'accept-encoding': 'gzip' }],
    ['json', { 'accept-encoding': 'br' }],
    ['xlsx', {}],
    ['parquet', {}],
    ['turtle', {}],
  ])('never looks whole: %s %j', async (format, headers) => {
    const stop = new AbortController()
    instance = await startInstance({ interrupt: stop.signal })
    await instance.load(callsDefinition, callRows(rowCount))
    const address = `${instance.base}${exploreV2}${path}/${format}`
    expect(await download(address, headers as Record<string, string>, () => stop.abort())).toBe('cut')
  })

  it('looks whole when it is', async () => {
    instance = await startInstance()
    await instance.load(callsDefinition, callRows(2_000))
    const address = `${instance.base}${exploreV2}${path}/csv`
    expect(await download(address, { 'accept-encoding': 'gzip' }, () => {})).toBe('whole')
  })
})

describe('clients that leave', () => {
  it('let go of the engine', async () => {
    instance = await startInstance()
    await instance.load(callsDefinition, callRows(rowCount))
    const { columnar, base } = instance
    // More of them than exports may run at once.
    for (let i = 0; i < 6; i++) {
      const leave = new AbortController()
      const response = await fetch(`${base}${exploreV2}${path}/shp`, { signal: leave.signal }).catch(
        () => undefined,
      )
      await response?.body
        ?.getReader()
        .read()
        .catch(() => undefined)
      leave.abort()
    }
    await expect.poll(async () => (await columnar.health()).running, { timeout: 20_000 }).toBe(0)
    expect((await instance.get(`${path}/csv?limit=1`)).status).toBe(200)
  })
})
