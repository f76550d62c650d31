import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { newFolder, removeFolder } from './instance.suite.ts'
import { startPortal } from './portal.suite.ts'
import { startImport } from './process.suite.ts'

it('a file larger than its memory passes through it', { timeout: 600_000 }, async () => {
  const rowCount = 200_000
  const note = 'x'.repeat(600)
  const portal = await startPortal(6)
  const folder = newFolder()
  onTestFinished(async () => {
    await portal.close()
    removeFolder(folder)
  })
  portal.instead = (path, response) => {
    if (!path.includes('jeu-005/exports/jsonl')) return false
    let i = 0
    const more = () => {
      while (i < rowCount)
        if (!response.write(`${JSON.stringify({ code: String(i++), quay: note, calls: i })}\n`)) {
          response.once('drain', more)
          return
        }
      response.end()
    }
    more()
    return true
  }
  const { child, out, err } = startImport(portal.address, folder, ['--max-old-space-size=100'])
  const [code] = await once(child, 'exit')
  // The catalogue said less: what came is what counts.
  expect({ code, out: out(), err: err() }).toMatchObject({ code: 0 })
  expect(out()).toContain('6 datasets, 6 imported')
  const line = readFileSync(join(folder, 'report.csv'), 'utf8')
    .split('\r\n')
    .find((one) => one.startsWith('jeu-005,'))!
  expect(line.split(',').slice(2, 8)).toEqual([
    'imported',
    expect.any(String),
    String(rowCount),
    String(rowCount),
    '0',
    expect.stringMatching(/^1\d{8}$/),
  ])
})
