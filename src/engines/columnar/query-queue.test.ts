import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { classLimits, maxWaiting, QueryQueue } from './query-queue.ts'

const fill = async (queue: QueryQueue) =>
  Promise.all(Array.from({ length: classLimits.export.slots }, () => queue.enter({ class: 'export' })))

describe('the lines before the engine', () => {
  it('serve in order of arrival, each slot once', async () => {
    const queue = new QueryQueue()
    const [first] = await fill(queue)
    const order: number[] = []
    const waiting = [1, 2, 3].map(async (n) => {
      const entry = await queue.enter({ class: 'export' })
      order.push(n)
      return entry
    })
    expect([queue.runningCount, queue.queuedCount]).toEqual([classLimits.export.slots, 3])
    first!.leave()
    first!.leave()
    const second = await waiting[0]!
    expect(order).toEqual([1])
    second.leave()
    ;(await waiting[1]!).leave()
    ;(await waiting[2]!).leave()
    expect(order).toEqual([1, 2, 3])
    expect(queue.queuedCount).toBe(0)
  })

  it('refuse when full, forget who leaves, and keep classes apart', async () => {
    const queue = new QueryQueue()
    await fill(queue)
    const controller = new AbortController()
    setMaxListeners(maxWaiting, controller.signal)
    const waiting = Array.from({ length: maxWaiting }, () =>
      queue.enter({ class: 'export', signal: controller.signal }),
    )
    const answers = Promise.allSettled(waiting)
    await expect(queue.enter({ class: 'export' })).rejects.toMatchObject({
      code: 'overloaded',
      status: 503,
      details: { retryAfterS: 5 },
    })
    ;(await queue.enter({ class: 'interactive' })).leave()
    controller.abort()
    for (const answer of await answers)
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } })
    expect(queue.queuedCount).toBe(0)
    await expect(queue.enter({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('let no one wait beyond the deadline', async () => {
    const queue = new QueryQueue()
    await fill(queue)
    await expect(queue.enter({ class: 'export', deadlineMs: 1 })).rejects.toMatchObject({
      code: 'query_too_expensive',
    })
    expect(queue.queuedCount).toBe(0)
  })
})
