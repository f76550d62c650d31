import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatasets, publishRows, rowsAt, temporaryFolder } from './versions.suite.ts'
import { type CrashStep, crashSteps, rowsOfVersion } from './versions-crash-child.suite.ts'

const script = fileURLToPath(new URL('./versions-crash-child.suite.ts', import.meta.url))
let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

const run = (task: string): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', script, task, folder.folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** Every kept version is whole, nothing else is left, and the next one can come. */
async function expectWhole(
  opened: Awaited<ReturnType<typeof openDatasets>>,
  current: number,
  kept: number[],
) {
  expect(opened.datasets.describe('quays').currentVersion).toBe(current)
  expect(await rowsAt(opened, 'quays')).toEqual(rowsOfVersion(current))
  const versions = await opened.datasets.versions('quays')
  const keptNow = versions.filter(({ state }) => state === 'kept').map(({ version }) => version)
  expect(keptNow.reverse()).toEqual(kept)
  for (const version of kept)
    expect(await rowsAt(opened, 'quays', `v${version}`)).toEqual(rowsOfVersion(version))
  expect(await opened.columnar.archivedVersions('quays')).toEqual(kept)
  expect(await opened.columnar.stagingTables()).toEqual([])
  expect(await opened.columnar.publishedVersion('quays')).toBe(current)
  expect((await opened.columnar.health()).message).toBe('')
  const next = await publishRows(opened, 'quays', rowsOfVersion(current + 1))
  expect(await rowsAt(opened, 'quays', `v${next.version}`)).toEqual(rowsOfVersion(current + 1))
}

describe('killed', () => {
  const outcomes: Record<CrashStep, { current: number; kept: number[] } | 'deleted'> = {
    'before load': { current: 2, kept: [1, 2] },
    'after load': { current: 2, kept: [1, 2] },
    'before archive': { current: 2, kept: [1, 2] },
    'after archive': { current: 2, kept: [1, 2] },
    'before publish': { current: 2, kept: [1, 2] },
    'after publish': { current: 3, kept: [1, 2, 3] },
    'before purge': { current: 2, kept: [2] },
    'after purge': { current: 2, kept: [2] },
    'before drop': 'deleted',
    'after drop': 'deleted',
  }

  it.each(crashSteps)(
    '%s, all is put right at the next start',
    async (step) => {
      const child = run(step)
      await once(child, 'exit')
      expect(child.signalCode).toBe('SIGKILL')
      const expected = outcomes[step]
      const opened = await openDatasets(folder.folder)
      try {
        if (expected === 'deleted') {
          expect(opened.datasets.list().map(({ id }) => id)).toEqual(['heard'])
          expect(await opened.columnar.archivedVersions('quays')).toEqual([])
          expect(await opened.columnar.publishedVersion('quays')).toBeNull()
          expect((await opened.datasets.events('quays', 1))[0]?.kind).toBe('deleted')
        } else await expectWhole(opened, expected.current, expected.kept)
      } finally {
        await opened.close()
      }
    },
    60_000,
  )

  it('at any moment, shows a whole version that is no older than the last one told', async () => {
    let told = 0
    for (let round = 0; round < 4; round++) {
      const child = run('for ever')
      let seen = 0
      const reports = 1 + Math.floor(Math.random() * 6)
      for await (const line of createInterface({ input: child.stdout! })) {
        told = Number(line)
        if (++seen === reports) setTimeout(() => child.kill('SIGKILL'), Math.random() * 60)
      }
      if (child.signalCode === null) await once(child, 'exit')
      expect(child.signalCode).toBe('SIGKILL')
      const opened = await openDatasets(folder.folder)
      try {
        const current = opened.datasets.describe('quays').currentVersion!
        expect(current).toBeGreaterThanOrEqual(told)
        await expectWhole(
          opened,
          current,
          Array.from({ length: current }, (_, i) => i + 1),
        )
      } finally {
        await opened.close()
      }
    }
  }, 120_000)
})
