/** Organisations as decisions see them, read again when they change and every second. */
import type { Parties } from './schema.ts'

interface PartiesSource {
  read(): Promise<Pick<Parties, 'organisations' | 'consortia'>>
  firstAccountAt(): string | null
}

export class PartiesInMemory {
  readonly #source: PartiesSource
  #parties: Parties = { version: 0, firstAccountAt: null, organisations: new Map(), consortia: new Map() }
  #print = ''

  static async open(source: PartiesSource): Promise<PartiesInMemory> {
    const parties = new PartiesInMemory(source)
    await parties.refresh()
    return parties
  }

  private constructor(source: PartiesSource) {
    this.#source = source
  }

  readonly current = (): Parties => this.#parties

  /** Reads again; the version grows when something is different. */
  async refresh(): Promise<void> {
    const { organisations, consortia } = await this.#source.read()
    const firstAccountAt = this.#source.firstAccountAt()
    const print = JSON.stringify([firstAccountAt, [...organisations], [...consortia]])
    if (print === this.#print) return
    this.#print = print
    this.#parties = { version: this.#parties.version + 1, firstAccountAt, organisations, consortia }
  }
}
