/** What the catalogue counts of a dataset for who does not see all of it: only what is seen. */
import { column, type Output } from '../../engines/columnar/query.ts'
import type { Visible } from './access.ts'
import type { CatalogueReader } from './catalogue-records.ts'
import { type Counted, featuresOf } from './dataset-body.ts'
import { secure } from './relation.ts'
import type { DatasetSummary } from './sources.ts'

/** As one asker sees it, in place of what the table of the catalogue says. */
export interface SeenCounts extends Counted {
  features: string[]
}

/** Rows that come or move all the time: their counts may be this old. */
const freshMs = 60_000
const mostKept = 10_000

export class CatalogueCounts {
  readonly #kept = new Map<string, { untilMs: number; counts: Promise<SeenCounts> }>()

  /** Counted anew when the decision, the version or, where rows move, a minute has passed. */
  of(reader: CatalogueReader, summary: DatasetSummary, visible: Visible, nowMs: number): Promise<SeenCounts> {
    const { id } = summary.definition
    const key = JSON.stringify([id, visible.fingerprint, summary.version, summary.modifiedAt])
    const known = this.#kept.get(key)
    if (known && nowMs < known.untilMs) return known.counts
    const counts = count(reader, summary, visible)
    const isStill = summary.version !== null && !visible.movesWithTime
    if (this.#kept.size >= mostKept) this.#kept.clear()
    this.#kept.set(key, { untilMs: isStill ? Number.POSITIVE_INFINITY : nowMs + freshMs, counts })
    counts.catch(() => this.#kept.delete(key))
    return counts
  }
}

async function count(
  { catalogue, sources, visibleFields, asker }: CatalogueReader,
  summary: DatasetSummary,
  visible: Visible,
): Promise<SeenCounts> {
  const { id } = summary.definition
  const features = featuresOf(visible.fields)
  const modifiedAt = summary.modifiedAt ?? summary.createdAt ?? catalogue.openedAt
  if (visible.holdsRows === false) return { recordsCount: null, modifiedAt, features }
  const { relation, source } = await secure({ sources, visibleFields }, id, asker)
  const { receiveTime, kind } = source.definition
  const last: Output[] =
    kind === 'stream' && receiveTime
      ? [{ as: 'at', value: { kind: 'aggregate', fn: 'max', of: column(receiveTime) } }]
      : []
  const row = await catalogue.ask({
    from: relation.from,
    select: [{ as: 'n', value: { kind: 'aggregate', fn: 'count' } }, ...last],
  })
  return {
    recordsCount: Number(row?.n ?? 0),
    modifiedAt: typeof row?.at === 'string' ? row.at : modifiedAt,
    features,
  }
}
