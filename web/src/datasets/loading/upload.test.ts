import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../requests.ts'
import { type UploadEffects, uploadFile } from './upload.ts'

/** A server that keeps what comes at the right place and cuts where `faults` says. */
class Receiver {
  bytes = new Uint8Array(0)
  waits: number[] = []
  readonly faults: ('cut' | 'lost-answer' | 'busy' | undefined)[]
  constructor(faults: Receiver['faults'] = []) {
    this.faults = [...faults]
  }
  effects: UploadEffects = {
    send: async (piece, offset) => {
      const fault = this.faults.shift()
      if (fault === 'busy') throw new Refusal(503, 'busy', {})
      if (offset !== this.bytes.length) throw new Refusal(409, 'another offset', {})
      const all = new Uint8Array(await piece.arrayBuffer())
      const kept = fault === 'cut' ? all.subarray(0, Math.floor(all.length / 2)) : all
      this.bytes = new Uint8Array([...this.bytes, ...kept])
      if (fault) throw new TypeError('network')
      return this.bytes.length
    },
    offset: async () => this.bytes.length,
    wait: async (ms) => void this.waits.push(ms),
  }
}

const options = (receiver: Receiver) => ({
  effects: receiver.effects,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  chunkBytes: 4,
})

describe('an upload', () => {
  it('arrives whole whatever is cut, lost or refused for a while', async () => {
    const faults = fc.array(fc.constantFrom('cut', 'lost-answer', 'busy', undefined), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), faults, async (bytes, cuts) => {
        const receiver = new Receiver(cuts as Receiver['faults'])
        await uploadFile(new Blob([bytes as Uint8Array<ArrayBuffer>]), options(receiver))
        expect([...receiver.bytes]).toEqual([...bytes])
      }),
    )
  })

  it('goes on where an earlier visit stopped', async () => {
    const receiver = new Receiver()
    receiver.bytes = new Uint8Array([1, 2, 3])
    const told: number[] = []
    await uploadFile(new Blob([new Uint8Array([1, 2, 3, 4, 5])]), {
      ...options(receiver),
      onProgress: (sent) => told.push(sent),
    })
    expect([...receiver.bytes]).toEqual([1, 2, 3, 4, 5])
    expect(told[0]).toBe(3)
  })

  it('gives up on a refusal, and after too many cuts', async () => {
    const refused = new Receiver()
    refused.effects.send = async () => {
      throw new Refusal(422, 'too large', {})
    }
    await expect(uploadFile(new Blob(['abc']), options(refused))).rejects.toThrow('too large')
    expect(refused.waits).toEqual([])

    const dead = new Receiver()
    dead.effects.send = async () => {
      throw new TypeError('network')
    }
    await expect(uploadFile(new Blob(['abc']), { ...options(dead), mostAttempts: 4 })).rejects.toThrow(
      'network',
    )
    expect(dead.waits).toEqual([1000, 2000, 4000])
  })
})
