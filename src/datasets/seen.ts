/** What one asker sees of datasets, for the doors beside the Explore API: through the same decision. */
import type { From } from '../engines/columnar/query.ts'
import { notFound } from '../errors.ts'
import type { Action, Principal } from '../http/principal.ts'
import { seesWhole, type Visible, type VisibleFields } from './explore/access.ts'
import { secure, shownDefinition } from './explore/relation.ts'
import type { Sources } from './explore/sources.ts'
import type { DatasetDefinition } from './schema.ts'
import type { Datasets, Described } from './service.ts'

export interface SeenRows {
  /** Speaks of nothing that is hidden. */
  definition: DatasetDefinition
  /** Rows and cells there are for the asker. */
  from: From
  version: number | null
  /** Other rows are seen as time goes by. */
  movesWithTime: boolean
  /** Changes whenever these rows could; null when nobody can say. */
  state: string | null
  /** Aborts when the right to the rows ends; absent where no right can. */
  watch?: NonNullable<Visible['watch']>
}

/** Opens the rows of a dataset, now or `at` a moment. */
export type OpenRows = (id: string, at?: string) => Promise<SeenRows>

export interface SeenDataset extends Described {
  /** Whether its rows are seen: none of them, some rows or cells, or all as they are. */
  rows: 'none' | 'some' | 'all'
  fingerprint: string
}

export interface SeenOptions {
  datasets: Datasets
  sources: Sources
  visibleFields: VisibleFields
  /** Whether a principal may know that there was a dataset, once it is deleted. Default: everybody may. */
  mayKnowGone?: (principal: Principal, id: string) => boolean
}

export class SeenDatasets {
  readonly #datasets: Datasets
  readonly #sources: Sources
  readonly #visibleFields: VisibleFields
  readonly #mayKnowGone: NonNullable<SeenOptions['mayKnowGone']>

  constructor(options: SeenOptions) {
    this.#mayKnowGone = options.mayKnowGone ?? (() => true)
    this.#datasets = options.datasets
    this.#sources = options.sources
    this.#visibleFields = options.visibleFields
  }

  /** Those the principal may know of. */
  async list(principal: Principal): Promise<SeenDataset[]> {
    const seen: SeenDataset[] = []
    for (const definition of this.#datasets.list()) {
      const visible = await this.#visibleFields(definition, { principal, credential: null }, 'discover')
      if (visible) seen.push(this.#shown(definition, visible))
    }
    return seen
  }

  /** Throws `not_found` alike for what is not there and for what the principal may not know of. */
  async describe(principal: Principal, id: string): Promise<SeenDataset> {
    const definition = this.#datasets.get(id)
    const visible = await this.#visibleFields(definition, { principal, credential: null }, 'discover')
    if (!visible) throw notFound('dataset', id)
    return this.#shown(definition, visible)
  }

  /** Whether a principal may know of a dataset that is or was here. */
  async mayKnow(principal: Principal): Promise<(id: string) => boolean> {
    const known = new Set((await this.list(principal)).map(({ definition }) => definition.id))
    return (id) => known.has(id) || (!this.#datasets.has(id) && this.#mayKnowGone(principal, id))
  }

  #shown(definition: DatasetDefinition, visible: Visible): SeenDataset {
    return {
      ...this.#datasets.describe(definition.id),
      definition: shownDefinition(definition, visible.fields),
      rows: visible.holdsRows === false ? 'none' : seesWhole(visible, definition) ? 'all' : 'some',
      fingerprint: visible.fingerprint,
    }
  }

  /** How a principal opens rows. What it answers throws what the decision and the source throw. */
  rowsFor(principal: Principal, action: Action): OpenRows {
    return async (id, at) => {
      const reader = { sources: this.#sources, visibleFields: this.#visibleFields }
      const { source, visible, relation } = await secure(
        reader,
        id,
        { principal, credential: null },
        { action, at },
      )
      const whole = visible.seesPast ? await this.#sources.source(id, at) : undefined
      return {
        definition: whole?.definition ?? shownDefinition(source.definition, relation.fields),
        from: whole?.from ?? relation.from,
        version: source.version,
        movesWithTime: visible.movesWithTime ?? false,
        state: source.state,
        ...(visible.watch && { watch: visible.watch }),
      }
    }
  }
}
