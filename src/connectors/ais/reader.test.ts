import { describe, expect, it } from 'vitest'
import type { RejectReason } from './message.ts'
import { maxOpenGroups } from './multipart.ts'
import { AisReader, type AisReaderOptions } from './reader.ts'

function seal(body: string): string {
  let sum = 0
  for (const byte of Buffer.from(body)) sum ^= byte
  return `!${body}*${sum.toString(16).padStart(2, '0')}\n`
}

const first = (id: number, payload = '52ugE0P25S@0D4qD001<PE8uH61@Tr1@DU:22216;0P5:40Ht0000000') =>
  seal(`AIVDM,2,1,${id},A,${payload},0`)
const second = (id: number) => seal(`AIVDM,2,2,${id},A,00000000000,2`)
const single = seal('AIVDM,1,1,,A,12ugE0@P10PeB4LKB5@P0Gwd0000,0')

function reading(options?: AisReaderOptions) {
  const messages: { type: number; seq: number }[] = []
  const rejects: [RejectReason, number][] = []
  const reader = new AisReader(
    'test',
    {
      message: (message, heard) => void messages.push({ type: message.type, seq: heard.seq }),
      reject: (reason, _line, seq) => void rejects.push([reason, seq]),
    },
    options,
  )
  let at = 0
  const read = (text: string, receivedAtMs = 0) => {
    reader.read(Buffer.from(text), at, receivedAtMs)
    at += text.length
  }
  return { reader, messages, rejects, read, end: () => at }
}

describe('AisReader', () => {
  it('gives each message the position of the line that completed it', () => {
    const { read, messages } = reading()
    read(first(1) + single + second(1))
    expect(messages).toEqual([
      { type: 1, seq: first(1).length },
      { type: 5, seq: first(1).length + single.length },
    ])
  })

  it('resumes at the first part of an open message, else at the end', () => {
    const { read, reader, end } = reading()
    read(single)
    expect(reader.resumeFrom()).toBe(end())
    const open = end()
    read(first(1))
    read(single)
    expect(reader.resumeFrom()).toBe(open)
    read(second(1))
    expect(reader.resumeFrom()).toBe(end())
  })

  it('gives up after 30 s by the clock of receipt when lines state no time', () => {
    const { read, messages, rejects } = reading()
    read(first(1), 0)
    read(single, 30_000)
    expect(rejects).toEqual([])
    read(single, 30_001)
    expect(rejects).toEqual([['incomplete', 0]])
    read(second(1), 30_002)
    expect(messages.map(({ type }) => type)).toEqual([1, 1])
  })

  it('waits as long as it is told', () => {
    const { read, messages } = reading({ multipartTimeoutMs: 60_000 })
    read(first(1), 0)
    read(second(1), 59_000)
    expect(messages.map(({ type }) => type)).toEqual([5])
  })

  it(`keeps at most ${maxOpenGroups} messages open and gives up the oldest`, () => {
    const { read, reader, rejects } = reading()
    for (let id = 0; id < maxOpenGroups + 3; id++) read(first(id))
    expect(rejects.length).toBe(3)
    expect(reader.counters.rejects.incomplete).toBe(3)
    reader.end()
    expect(rejects.length).toBe(maxOpenGroups + 3)
  })

  it('gives up a message when its sender begins the next with the same id', () => {
    const { read, messages, rejects } = reading()
    read(first(1) + first(1, '53ugE0P25S@0D4qD001<PE8uH61@Tr1@DU:22216;0P5:40Ht0000000') + second(1))
    expect(rejects).toEqual([['incomplete', 0]])
    expect(messages.length).toBe(1)
  })

  it('does not join what is left of a lost message to the next ship', () => {
    const { read, messages, rejects } = reading()
    read(second(1) + single.repeat(11) + first(1))
    expect(messages.filter(({ type }) => type === 5)).toEqual([])
    expect(rejects).toEqual([['incomplete', 0]])
    read(second(1))
    expect(messages.filter(({ type }) => type === 5).length).toBe(1)
  })

  it('lets errors of the sink through', () => {
    const reader = new AisReader('test', {
      message() {
        throw new Error('full')
      },
      reject() {},
    })
    expect(() => reader.read(Buffer.from(single), 0, 0)).toThrow('full')
  })

  it('names the payload of all parts as the identity of the transmission', () => {
    const keys: string[] = []
    const reader = new AisReader('test', {
      message: (_, heard) => void keys.push(heard.payloadKey()),
      reject() {},
    })
    reader.read(Buffer.from(first(1) + second(1)), 0, 0)
    expect(keys).toEqual(['52ugE0P25S@0D4qD001<PE8uH61@Tr1@DU:22216;0P5:40Ht000000000000000000'])
  })
})
