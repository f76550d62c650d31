/** The contract of `Snapshots`, run on every implementation. */
import { afterAll, beforeAll, describe } from 'vitest'
import { faultyLoadCases } from './snapshots-faulty-load.suite.ts'
import { loadCases } from './snapshots-load.suite.ts'
import { type SnapshotsFixture, type SnapshotTools, snapshotTools } from './snapshots-tools.suite.ts'
import { versionCases } from './snapshots-versions.suite.ts'

export function snapshotsSuite(engine: string, open: () => Promise<SnapshotsFixture>): void {
  describe(`Snapshots on ${engine}`, () => {
    let fixture: SnapshotsFixture
    let tools: SnapshotTools
    beforeAll(async () => {
      fixture = await open()
      tools = snapshotTools(fixture)
    }, 60_000)
    afterAll(() => fixture?.close())

    loadCases(() => tools)
    faultyLoadCases(() => tools)
    versionCases(() => tools)
  })
}
