/** A portal of 120 datasets, imported by the command line, which is killed three times on the way; then served. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ImportView } from '../../src/connectors/portals/schema.ts'
import { noBrowser, openBrowser, visit } from '../journeys/browser.ts'
import { checkout, startProduct } from '../start/started-product.ts'
import { newFolder, removeFolder } from './instance.suite.ts'
import { type Portal, startPortal } from './portal.suite.ts'

const count = 120
const kills = 3
const atOnce = 3
const env = { OUTBOUND_ALLOW: '127.0.0.0/8' }
let portal: Portal
let folder: string
beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: checkout })
  portal = await startPortal(count)
  folder = newFolder()
})
afterAll(async () => {
  await portal.close()
  removeFolder(folder)
})

const startImport = () =>
  startProduct([portal.address, '--data-dir', join(folder, 'data'), '--report', join(folder, 'report.csv')], {
    command: [process.execPath, 'bin/lacydon.js', 'import'],
    env,
  })

const exportsAsked = () => portal.asked.filter((line) => line.includes('/exports/'))

it('is here whole after three kills, with few more questions than datasets', {
  timeout: 600_000,
}, async () => {
  for (let kill = 1; kill <= kills; kill++) {
    const before = exportsAsked().length
    const { stop, ended, stderr } = startImport()
    // At a moment that only the portal decides: while it is asked for the rows of a dataset.
    await new Promise<void>((resolve, reject) => {
      portal.instead = (path, response) => {
        if (!path.includes('/exports/') || exportsAsked().length < before + 25) return false
        response.write('{"code":')
        resolve()
        return true
      }
      void ended.then((code) => reject(new Error(`it ended by itself (${code}): ${stderr()}`)))
    })
    await stop('SIGKILL')
    portal.instead = () => false
  }

  const { stdout, stderr, ended } = startImport()
  const code = await ended
  expect({ code, out: stdout(), err: stderr() }).toMatchObject({ code: 0 })
  expect(stdout()).toContain(`${count} datasets, 117 imported`)
  expect(stdout()).toContain(`${portal.rowCount} rows there, ${portal.rowCount} here, all equal`)
  expect(stderr()).toContain('It has no rows')

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
})

it('counts what is there, on the page as in the API, and asks for nothing twice', {
  timeout: 120_000,
}, async () => {
  const product = startProduct(['--port', '0', '--no-demo', '--data-dir', join(folder, 'data')], { env })
  const browser = noBrowser ? undefined : await openBrowser()
  try {
    const address = await product.address
    const asked = portal.asked.length
    expect((await importInto(address)).counts).toMatchObject({ all: count, unchanged: 117 })
    expect(portal.asked.length - asked).toBeLessThanOrEqual(3)

    // The three without rows were refused: they are not counted as if they were here.
    expect(await totalOf(address, `where=${encodeURIComponent('publisher = "Port inventé"')}`)).toBe(117)
    const { datasets } = (await (await fetch(`${address}/api/v1/datasets`)).json()) as {
      datasets: { metadata: { publisher: string } }[]
    }
    const own = datasets.filter(({ metadata }) => metadata.publisher !== 'Port inventé').length
    if (!browser) return
    const { page } = await visit(browser, `${address}/datasets`)
    // The reference data of the product come in the background of a first start.
    await expect
      .poll(async () => {
        await page.reload()
        const shown = await page.getByText(/^\d+ jeux de données$/).textContent()
        return Number.parseInt(shown!, 10) - (await totalOf(address))
      })
      .toBe(0)
    expect(await totalOf(address)).toBeGreaterThanOrEqual(own + 117)
  } finally {
    await browser?.close()
    await product.stop()
  }
})

/** What the catalogue says it has. */
async function totalOf(address: string, question = ''): Promise<number> {
  const answer = await fetch(`${address}/api/explore/v2.1/catalog/datasets?limit=0&${question}`)
  return ((await answer.json()) as { total_count: number }).total_count
}

async function importInto(address: string): Promise<ImportView> {
  const begun = await fetch(`${address}/api/v1/imports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ address: portal.address }),
  })
  const { id } = (await begun.json()) as ImportView
  const view = async () => (await (await fetch(`${address}/api/v1/imports/${id}`)).json()) as ImportView
  await expect.poll(async () => (await view()).state).not.toBe('running')
  return view()
}
