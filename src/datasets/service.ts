import type { Columnar, QueryOptions, Row } from '../engines/columnar/columnar.ts'
import type { Query } from '../engines/columnar/query.ts'
import { notFound } from '../errors.ts'
import { tableName, tableOf } from './rules.ts'
import type { DatasetDefinition } from './schema.ts'

/** The datasets of this instance and the one way to their rows. */
export class Datasets {
  readonly #definitions: Map<string, DatasetDefinition>
  readonly #columnar: Columnar

  /** Makes or completes the tables of all definitions. */
  static async open(columnar: Columnar, definitions: readonly DatasetDefinition[]): Promise<Datasets> {
    for (const definition of definitions) await columnar.define(tableOf(definition))
    return new Datasets(columnar, definitions)
  }

  private constructor(columnar: Columnar, definitions: readonly DatasetDefinition[]) {
    this.#columnar = columnar
    this.#definitions = new Map(definitions.map((definition) => [definition.id, definition]))
  }

  list(): DatasetDefinition[] {
    return [...this.#definitions.values()]
  }

  /** Throws `not_found`. */
  get(id: string): DatasetDefinition {
    const definition = this.#definitions.get(id)
    if (!definition) throw notFound('dataset', id)
    return definition
  }

  /** Runs a query on the table of a dataset: `ask` gets its name. Throws what `Columnar.query` throws. */
  query(id: string, ask: (table: string) => Query, options?: QueryOptions): Promise<Row[]> {
    return this.#columnar.query(ask(tableName(this.get(id).id)), options)
  }
}
