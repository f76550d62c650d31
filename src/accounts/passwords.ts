/** Password hashes: argon2id, a few at once. */
import { hash, verify } from '@node-rs/argon2'
import { overloaded } from '../errors.ts'

/** 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet); 2 is Argon2id. */
const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const atOnce = 4
const mayWait = 64

/** At most four hashes run at once: a flood of sign-ins takes 76 MiB and waits, it does not take the machine. */
export class Passwords {
  #running = 0
  readonly #waiting: (() => void)[] = []
  #decoy: Promise<string> | undefined

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(normal(password), cost))
  }

  /** Without a stored hash it works as long, and answers no. */
  async verify(stored: string | undefined, password: string): Promise<boolean> {
    this.#decoy ??= this.hash('no account has this password')
    const against = stored ?? (await this.#decoy)
    const isRight = await this.#inTurn(() => verify(against, normal(password)).catch(() => false))
    return stored !== undefined && isRight
  }

  /** Hashes that run now. */
  get running(): number {
    return this.#running
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) {
      if (this.#waiting.length >= mayWait) throw overloaded('Too many people sign in at once.', 2)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}

/** The same letters typed on another machine may come composed otherwise. */
const normal = (password: string) => password.normalize('NFC')
