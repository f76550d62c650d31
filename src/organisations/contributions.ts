/** What an organisation contributes over time: read from the versions of its datasets, never counted apart. */
import type { Datasets } from '../datasets/service.ts'
import type { Principal } from '../http/principal.ts'
import { durationDays, monthsOf } from './rules.ts'
import type { Contribution } from './schema.ts'
import type { Organisations } from './service.ts'

export interface ContributionsOptions {
  organisations: Organisations
  datasets: Datasets
  /** Datasets that an organisation owns and that a principal may know of. */
  ownedBy(organisation: string, principal: Principal): Promise<readonly string[]> | readonly string[]
  now: () => Date
}

const dayMs = 86_400_000

/** Throws `not_found`. Only datasets that the principal may know of count. */
export async function contributionOf(
  { organisations, datasets, ownedBy, now }: ContributionsOptions,
  principal: Principal,
  id: string,
): Promise<Contribution> {
  await organisations.get(id)
  const at = now()
  const owned = await ownedBy(id, principal)
  const history: { dataset: string; rowCount: number; createdAt: string }[] = []
  const contributed: Contribution['datasets'] = []
  for (const dataset of [...owned].sort()) {
    const { definition, metadata, currentVersion } = datasets.describe(dataset)
    const versions = await datasets.versions(dataset)
    for (const { rowCount, createdAt } of versions) history.push({ dataset, rowCount, createdAt })
    const current = versions.find(({ version }) => version === currentVersion)
    const ageDays = current ? (at.getTime() - Date.parse(current.createdAt)) / dayMs : null
    const expectedDays = durationDays(metadata.updateEvery)
    const sent = current ? current.rowCount + current.rejectedCount : 0
    contributed.push({
      id: dataset,
      title: definition.title,
      rowCount: current?.rowCount ?? 0,
      versions: versions.length,
      updatedAt: current?.createdAt ?? null,
      ageDays,
      expectedDays,
      isLate: expectedDays !== null && (ageDays === null || ageDays > expectedDays),
      quality: current && sent > 0 ? current.rowCount / sent : null,
    })
  }
  return { organisation: id, datasets: contributed, months: monthsOf(history, at.toISOString()) }
}
