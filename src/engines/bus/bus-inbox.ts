import type { Bus, BusMessage } from './bus.ts'

/** What a consumer got, and a promise for when it has got enough. */
export class Inbox {
  readonly messages: BusMessage[] = []
  #waiting: { count: number; resolve: () => void }[] = []

  readonly take = (message: BusMessage): void => {
    this.messages.push(message)
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.messages.length < count) return true
      resolve()
      return false
    })
  }

  readonly takeAndAck = (message: BusMessage): void => {
    this.take(message)
    message.ack()
  }

  get ids(): string[] {
    return this.messages.map(({ id }) => id)
  }

  until(count: number): Promise<void> {
    if (this.messages.length >= count) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ count, resolve }))
  }
}

export const bytes = (text: string) => Buffer.from(text)

/** Publishes in order, each with its number as id. */
export async function publishNumbers(bus: Bus, subject: string, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await bus.publish(subject, `${i}`, bytes(`${subject} ${i}`))
}

export const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${from + i}`)
