/** What the public gets of datasets about vessels (data/sharing/public-release.json), as restrictions of the platform. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'
import type { Filter, Restriction } from './schema.ts'

/** A filter, or the name of a part of public-release.json. */
export type Written = string | { op: string; of?: Written | Written[]; where?: Written; dataset?: string }
interface Release {
  datasets: Record<string, { keep: Written | null; isPrivate?: boolean }>
  [part: string]: unknown
}

const twin = '-simulated'
const written: Release = JSON.parse(
  readFileSync(join(packageRoot, 'data', 'sharing', 'public-release.json'), 'utf8'),
)

/** Names stand for the parts of the file; datasets are those of the same realm, real or simulated. */
function resolve(of: Written, suffix: string): Filter {
  if (typeof of === 'string') return resolve(written[of] as Written, suffix)
  const filter: Record<string, unknown> = { ...of }
  if (Array.isArray(of.of)) filter.of = of.of.map((part) => resolve(part, suffix))
  if (of.where !== undefined) filter.where = resolve(of.where, suffix)
  if (of.dataset !== undefined) filter.dataset = `${of.dataset}${suffix}`
  return filter as Filter
}

/** A filter of the platform for a dataset of the same realm as `dataset`, real or simulated. */
export const platformFilter = (of: Written, dataset: string): Filter =>
  resolve(of, dataset.endsWith(twin) ? twin : '')

/** The restrictions that hold for a dataset without anybody having written them. */
export function platformRestrictions(dataset: string): Restriction[] {
  const suffix = dataset.endsWith(twin) ? twin : ''
  const base = suffix ? dataset.slice(0, -twin.length) : dataset
  const release = Object.hasOwn(written.datasets, base) ? written.datasets[base] : undefined
  if (!release?.keep) return []
  return [
    {
      id: `platform:vessels:${dataset}`,
      dataset,
      keep: resolve(release.keep, suffix),
      deny: [],
      release: [],
      audience: 'public',
      bindsOwner: false,
      note: 'Craft that one person may own, and military vessels, are not shown to the public.',
      author: null,
      version: 1,
      createdAt: '1970-01-01T00:00:00.000Z',
      liftedAt: null,
    },
  ]
}

/** Raw lines can hold anything: their record is public, they are not. */
export const isPrivateByNature = (dataset: string): boolean => {
  const base = dataset.endsWith(twin) ? dataset.slice(0, -twin.length) : dataset
  return Object.hasOwn(written.datasets, base) && written.datasets[base]!.isPrivate === true
}
