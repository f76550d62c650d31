/** The quality of datasets as one reader sees them, counted again only when what it sees may have changed. */
import { type Aggregate, column } from '../../engines/columnar/query.ts'
import { readCodeTable } from '../../package-root.ts'
import { columnsOf } from '../rules.ts'
import type { OpenRows, SeenDataset, SeenRows } from '../seen.ts'
import type { Datasets } from '../service.ts'
import { type QualityFacts, qualityShares, scoreOf } from './rules.ts'
import type { Quality, QualityPart } from './schema.ts'

/** Rows of streams come all the time: their figures may be this old. */
const freshMs = 600_000
/** Wider tables are judged by their first columns. */
const mostColumns = 200
const mostKept = 5_000

type Filled = Pick<QualityFacts, 'filledShare'> & { lastAt: string | null }

export class Qualities {
  readonly #datasets: Datasets
  readonly #now: () => Date
  readonly #weights: { name: QualityPart['name']; weight: number }[]
  readonly #filled = new Map<string, { of: string; filled: Filled }>()

  constructor(datasets: Datasets, now: () => Date) {
    this.#datasets = datasets
    this.#now = now
    this.#weights = readCodeTable('codes/quality-weights.csv').map(({ part, weight }) => ({
      name: part as QualityPart['name'],
      weight: Number(weight),
    }))
  }

  /** Rows that are not seen are not counted: whoever sees none is told what the description alone is worth. */
  async of(seen: SeenDataset, open: OpenRows): Promise<Quality> {
    const { definition, metadata, modifiedAt } = seen
    const { id } = definition
    const { filledShare, lastAt } =
      seen.rows === 'none' ? { filledShare: null, lastAt: null } : await this.#fill(seen, await open(id))
    const [version] = await this.#datasets.versions(id)
    const came = version && seen.rows === 'all' ? version.rowCount + version.rejectedCount : 0
    const changedAt = lastAt ?? version?.createdAt ?? modifiedAt
    const shares = qualityShares({
      filledShare,
      rejectedShare: version && came > 0 ? version.rejectedCount / came : null,
      ageMs: changedAt === null ? null : this.#now().getTime() - Date.parse(changedAt),
      updateEvery: metadata.updateEvery,
      fieldCount: definition.fields.length,
      describedCount: definition.fields.filter(({ name, label }) => label.fr !== name || label.en !== name)
        .length,
      hasLicence: metadata.license !== '',
      hasDescription: definition.description.fr !== '' || definition.description.en !== '',
      hasPublisher: metadata.publisher !== '',
    })
    const parts = this.#weights.map(({ name, weight }) => ({ name, weight, share: shares[name] }))
    return { datasetId: id, score: scoreOf(parts), parts }
  }

  async #fill({ fingerprint }: SeenDataset, rows: SeenRows): Promise<Filled> {
    const key = `${rows.definition.id} ${fingerprint}`
    const of = rows.state ?? String(Math.floor(this.#now().getTime() / freshMs))
    const known = this.#filled.get(key)
    if (known?.of === of) return known.filled
    const filled = await this.#count(rows)
    if (this.#filled.size >= mostKept) this.#filled.clear()
    this.#filled.set(key, { of, filled })
    return filled
  }

  async #count({ definition: { id, fields, receiveTime }, from }: SeenRows): Promise<Filled> {
    // The boxes beside a shape are filled when it is.
    const names = fields.flatMap((field) => columnsOf(field).slice(0, 1)).slice(0, mostColumns)
    const [row] = await this.#datasets.query(
      id,
      () => ({
        from,
        select: [
          { as: 'n', value: { kind: 'aggregate' as const, fn: 'count' as const } },
          ...names.map(({ name }, i) => ({ as: `c${i}`, value: countOf(name) })),
          ...(receiveTime
            ? [
                {
                  as: 'at',
                  value: { kind: 'aggregate' as const, fn: 'max' as const, of: column(receiveTime) },
                },
              ]
            : []),
        ],
      }),
      { class: 'derivation' },
    )
    const rows = Number(row?.n ?? 0)
    const cells = names.reduce((sum, _, i) => sum + Number(row?.[`c${i}`] ?? 0), 0)
    return {
      filledShare: rows === 0 || names.length === 0 ? null : cells / (rows * names.length),
      lastAt: typeof row?.at === 'string' ? row.at : null,
    }
  }
}
const countOf = (name: string): Aggregate => ({ kind: 'aggregate', fn: 'count', of: column(name) })
