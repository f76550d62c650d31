import { invalidInput } from '../../errors.ts'

/** The same on every bus: a message that one carries, the other does too. */
export const maxMessageBytes = 1_000_000

export const duplicateWindowMs = 120_000

export const defaultMaxInFlight = 1000

const token = /^[A-Za-z0-9_-]{1,64}$/

/** Subjects are words of [A-Za-z0-9_-] joined by points, without wildcards. Throws `invalid_input`. */
export function checkSubject(subject: string): void {
  const words = subject.split('.')
  if (words.length > 8 || !words.every((word) => token.test(word))) {
    throw invalidInput(
      `“${subject}” is no bus subject: use words of letters, digits, - and _ joined by points.`,
    )
  }
}

export function checkDurable(durable: string): void {
  if (!token.test(durable)) {
    throw invalidInput(`“${durable}” cannot name a consumer: use letters, digits, - and _.`)
  }
}

export function checkMessage(subject: string, id: string, data: Uint8Array): void {
  checkSubject(subject)
  if (id.length === 0 || id.length > 200 || !/^[\x21-\x7e]+$/.test(id)) {
    throw invalidInput('The id of a bus message is 1 to 200 visible ASCII characters.')
  }
  if (data.length > maxMessageBytes) {
    throw invalidInput(`A bus message of ${data.length} bytes is too long: at most ${maxMessageBytes}.`)
  }
}
