import { expect, it } from 'vitest'
import { anonymous } from '../../http/principal.ts'
import { emptyMetadata } from '../metadata-rules.ts'
import { openDatasets, quays, stageRows, temporaryFolder } from '../versions.suite.ts'
import { Qualities } from './qualities.ts'

it('counts cells, rejects and age of the rows there are, again when they change', async () => {
  const folder = await temporaryFolder()
  const opened = await openDatasets(folder.folder)
  try {
    const { datasets, seen, rows } = opened
    const publish = async (
      rows: { code: string; lengthM: number | null; depthM: null }[],
      rejectedCount: number,
    ) =>
      datasets.publish('quays', await stageRows(opened, 'quays', rows), { rejectedCount }, { origin: 'test' })
    await datasets.create(quays(), { ...emptyMetadata, license: 'CC0 1.0', updateEvery: 'P1D' })
    const qualities = new Qualities(datasets, () => new Date())
    const shares = async () =>
      Object.fromEntries(
        (await qualities.of(await seen.describe(anonymous, 'quays'), rows)).parts.map(({ name, share }) => [
          name,
          share,
        ]),
      )
    expect(await shares()).toMatchObject({ filled: null, accepted: null, licence: 1, told: 0 })
    await publish([{ code: 'J1', lengthM: 100, depthM: null }], 1)
    expect(await shares()).toMatchObject({ filled: 2 / 3, accepted: 0.5, fresh: 1 })
    await publish([{ code: 'J1', lengthM: null, depthM: null }], 0)
    expect(await shares()).toMatchObject({ filled: 1 / 3, accepted: 1 })
    // Whoever sees no row, or not all, is told nothing that was counted of all.
    const partsFor = async (part: 'none' | 'some') =>
      (await qualities.of({ ...(await seen.describe(anonymous, 'quays')), rows: part }, rows)).parts
    expect((await partsFor('none')).find(({ name }) => name === 'filled')).toMatchObject({ share: null })
    expect((await partsFor('some')).find(({ name }) => name === 'accepted')).toMatchObject({ share: null })
  } finally {
    await opened.close()
    await folder.remove()
  }
})
