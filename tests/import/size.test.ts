/** A portal of 120 datasets, imported by the command line, which is killed three times on the way. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newFolder, removeFolder } from './instance.suite.ts'
import { type Portal, startPortal } from './portal.suite.ts'
import { startImport } from './process.suite.ts'

const count = 120
const kills = 3
const atOnce = 3
let portal: Portal
let folder: string
beforeAll(async () => {
  portal = await startPortal(count)
  folder = newFolder()
})
afterAll(async () => {
  await portal.close()
  removeFolder(folder)
})

const start = () => startImport(portal.address, folder)

const exportsAsked = () => portal.asked.filter((line) => line.includes('/exports/'))

it('is here whole after three kills, with few more questions than datasets', {
  timeout: 600_000,
}, async () => {
  for (let kill = 1; kill <= kills; kill++) {
    const before = exportsAsked().length
    const { child, err } = start()
    const gone = once(child, 'exit')
    // At a moment that only the portal decides: while it is asked for the rows of a dataset.
    await new Promise<void>((resolve, reject) => {
      portal.instead = (path, response) => {
        if (!path.includes('/exports/') || exportsAsked().length < before + 25) return false
        response.write('{"code":')
        resolve()
        return true
      }
      void gone.then(([code]) => reject(new Error(`it ended by itself (${code}): ${err()}`)))
    })
    child.kill('SIGKILL')
    await gone
    portal.instead = () => false
  }

  const { child, out, err } = start()
  const [code] = await once(child, 'exit')
  expect({ code, out: out(), err: err() }).toMatchObject({ code: 0 })
  expect(out()).toContain(`${count} datasets, 117 imported`)
  expect(out()).toContain(`${portal.rowCount} rows there, ${portal.rowCount} here, all equal`)
  expect(err()).toContain('It has no rows')

  const lines = readFileSync(join(folder, 'report.csv'), 'utf8').trim().split('\r\n')
  expect(lines).toHaveLength(count + 1)
  const names = lines[0]!.split(',')
  const rows = lines.slice(1).map((line) => line.split(','))
  const cell = (row: string[], name: string) => row[names.indexOf(name)]
  for (const row of rows.filter((one) => cell(one, 'state') === 'imported'))
    expect(cell(row, 'checksumHere')).toBe(cell(row, 'checksumThere'))
  expect(new Set(rows.map((row) => cell(row, 'datasetId'))).size).toBe(count)

  // Recognising it, its pages, a file for each dataset with rows, and again those that a kill cut.
  const budget = kills + 3 + 117 + kills * atOnce
  expect(portal.asked.length).toBeLessThanOrEqual(budget)

  const asked = portal.asked.length
  const again = start()
  await once(again.child, 'exit')
  expect(again.out()).toContain('117 unchanged')
  expect(portal.asked.length - asked).toBeLessThanOrEqual(3)
})
