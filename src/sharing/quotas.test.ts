import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../engines/columnar/engine-log.ts'
import { type ControlDb, openControl } from '../engines/control/control.ts'
import { Quotas } from './quotas.ts'
import { sharingMigrations } from './tables.ts'

const none = { requestsPerMinute: null, rowsPerDay: null, bytesPerDay: null, openStreams: null }

describe('S14: a quota is never exceeded', () => {
  let control: ControlDb
  let folder: string
  let nowMs = Date.parse('2026-06-15T12:00:00Z')
  const now = () => new Date(nowMs)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lacydon-quotas-'))
    control = await openControl({ file: join(folder, 'control.sqlite'), log: silentLog })
    await control.migrate([sharingMigrations])
  })
  afterAll(async () => {
    await control.close()
    await rm(folder, { recursive: true })
  })

  it('by parallel uses on several nodes, and is used up to the last', async () => {
    const nodes = Array.from({ length: 4 }, () => new Quotas({ control, now }))
    const quota = { ...none, rowsPerDay: 1_000 }
    const uses = Array.from({ length: 150 }, (_, i) =>
      nodes[i % nodes.length]!.take('o1', quota, 'rowsPerDay', 10).then(
        () => 10,
        (error) => {
          expect(error).toMatchObject({ status: 429, details: { call_limit: 1_000, limit_time_unit: 'day' } })
          return 0
        },
      ),
    )
    const taken = (await Promise.all(uses)).reduce((sum, n) => sum + n, 0)
    expect(taken).toBeLessThanOrEqual(1_000)
    expect(taken).toBeGreaterThanOrEqual(940)
  })

  it('more than is left at once is refused whole; the next period begins anew', async () => {
    const quotas = new Quotas({ control, now })
    const quota = { ...none, requestsPerMinute: 3 }
    await expect(quotas.take('o2', quota, 'requestsPerMinute', 4)).rejects.toMatchObject({ status: 429 })
    for (let i = 0; i < 3; i++) await quotas.take('o2', quota, 'requestsPerMinute')
    await expect(quotas.take('o2', quota, 'requestsPerMinute')).rejects.toMatchObject({ status: 429 })
    await quotas.take('o3', quota, 'requestsPerMinute')
    nowMs += 60_000
    await quotas.take('o2', quota, 'requestsPerMinute')
  })

  it('open streams: a closed or lapsed one makes room', async () => {
    const quotas = new Quotas({ control, now })
    const quota = { ...none, openStreams: 2 }
    const first = await quotas.openStream('o1', quota)
    const second = await quotas.openStream('o1', quota)
    await expect(quotas.openStream('o1', quota)).rejects.toMatchObject({
      code: 'too_many_streams',
      status: 429,
    })
    await first.close()
    await quotas.openStream('o1', quota)
    nowMs += 60_000
    await second.renew()
    nowMs += 60_000
    await quotas.openStream('o1', quota)
    await expect(quotas.openStream('o1', quota)).rejects.toMatchObject({ status: 429 })
  })
})
