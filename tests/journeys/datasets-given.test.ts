/** What people give to data that are there: how a file is written, what they made with it; and rows that come by themselves. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { noBrowser, openBrowser, type Visit, violations, visit } from './browser.ts'
import { openProduct } from './product.ts'

let browser: Browser
let product: Awaited<ReturnType<typeof openProduct>>
let visits: Visit[] = []

const at = async (path: string, settings: Parameters<typeof visit>[2] = {}) => {
  const made = await visit(browser, product.address + path, settings)
  visits.push(made)
  return made.page
}
const csvFile = (name: string, text: string | Buffer) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text as Buffer),
})
const send = async (method: string, path: string, body: object) => {
  const answer = await fetch(product.address + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.ok, await answer.text()).toBe(true)
}
const ended = async () => {
  const left = visits
  visits = []
  await Promise.all(left.map(({ page }) => page.context().close()))
  expect(left.flatMap(({ complaints }) => complaints)).toEqual([])
}

describe.skipIf(noBrowser)('data of one’s own', () => {
  beforeAll(async () => {
    browser = await openBrowser()
    product = await openProduct(['--ais', 'tcp-server://127.0.0.1:0', '--no-demo'])
  })
  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })
  afterEach(ended)

  test('a file is read again as a person says that it is written', async () => {
    const page = await at('/datasets/new')
    // Written by an old program: what looks like a currency sign is the euro, what looks like thousands are.
    const text =
      'extrait du registre\nquai|prix|tonnes\nMôle J4|10 ¤|1.234\nEstaque|12 ¤|2.500\nMourepiane|9 ¤|1.750\n'
    await page.locator('input[type=file]').setInputFiles(csvFile('registre.csv', Buffer.from(text, 'latin1')))
    await page.getByRole('button', { name: 'Envoyer' }).click()
    await page.locator('[data-load=planned]').waitFor()
    await page.getByText('Écriture du fichier').click()
    await page.getByLabel('Encodage').selectOption('iso-8859-15')
    await page.getByRole('combobox', { name: 'Séparateur' }).selectOption('pipe')
    await page.getByLabel(/Ligne de l’en-tête/).fill('2')
    await page.getByLabel('Marque décimale').selectOption(',')
    // A guess that leaves no row is no end: what was said is still there.
    await page.getByLabel(/Ligne de l’en-tête/).fill('90')
    await page.getByRole('button', { name: 'Relire le fichier' }).click()
    await page.locator('[data-load=failed]').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByLabel('Encodage').selectOption('iso-8859-15')
    await page.getByRole('combobox', { name: 'Séparateur' }).selectOption('pipe')
    await page.getByLabel(/Ligne de l’en-tête/).fill('2')
    await page.getByLabel('Marque décimale').selectOption(',')
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Relire le fichier' }).click()
    await page.getByText('CSV, 3 lignes, 3 champs.').waitFor()
    await page.getByText(/^barre \| · ISO-8859-15 · en-tête à la ligne 2$/).waitFor()
    await page
      .getByRole('button', { name: /Charger/ })
      .last()
      .click()
    await page.locator('[data-load=published]').waitFor()
    await page.getByRole('link', { name: /tableau/i }).click()
    await page.getByRole('gridcell', { name: '10 €' }).waitFor()
    const rows = await fetch(`${product.address}/api/explore/v2.1/catalog/datasets/registre/records?limit=10`)
    expect(((await rows.json()) as { results: unknown }).results).toMatchObject([
      { quai: 'Môle J4', prix: '10 €', tonnes: 1234 },
      { quai: 'Estaque', prix: '12 €', tonnes: 2500 },
      { quai: 'Mourepiane', prix: '9 €', tonnes: 1750 },
    ])
  })

  test('what somebody made with the data is told, shown and removed', async () => {
    const page = await at('/datasets/registre?tab=info')
    await page.getByText('Personne n’a encore signalé').waitFor()
    await page.getByRole('button', { name: 'Signaler une réutilisation' }).click()
    await page.getByLabel('Titre', { exact: true }).fill('Carte des tonnages')
    await page.getByLabel('Nature').selectOption('visualisation')
    await page.getByLabel('Adresse (https)').fill('https://cartes.example/tonnages')
    await page.getByLabel('Qui l’a faite').fill('Les amis du port')
    await page.getByLabel(/Adresse d’une image/).fill('https://cartes.example/tonnages.png')
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Envoyer' }).click()
    const link = page.getByRole('link', { name: 'Carte des tonnages' })
    await link.waitFor()
    expect(await link.getAttribute('href')).toBe('https://cartes.example/tonnages')
    expect(await link.getAttribute('rel')).toContain('noreferrer')
    // Nothing of the other site is on the page.
    expect(await page.locator('img[src^=http]').count()).toBe(0)
    expect(await violations(page)).toEqual([])

    const other = await at('/datasets/registre?tab=info&lang=en')
    await other.getByRole('link', { name: 'Carte des tonnages' }).waitFor()
    await page.getByRole('button', { name: /Retirer/ }).click()
    await page.getByText('Personne n’a encore signalé').waitFor()
    await other.reload()
    await other.getByText('Nobody has told yet').waitFor()
  })

  test('territories have the names that the communes of this instance give them', async () => {
    const outline = (lon: number) => ({
      type: 'Polygon',
      coordinates: [
        [
          [lon, 43],
          [lon + 0.1, 43],
          [lon + 0.1, 43.1],
          [lon, 43],
        ],
      ],
    })
    const communes = [
      { code: '13055', nom: 'Marseille', lon: 5.3 },
      { code: '13039', nom: 'Fos-sur-Mer', lon: 4.9 },
    ]
    const features = communes.map(({ lon, ...properties }) => ({
      type: 'Feature',
      properties,
      geometry: outline(lon),
    }))
    await send('POST', '/api/v1/datasets/communes/versions?create=true&fileName=communes.geojson', {
      type: 'FeatureCollection',
      features,
    })
    await expect
      .poll(async () => (await fetch(`${product.address}/api/v1/datasets/communes`)).json())
      .toMatchObject({ currentVersion: 1 })
    // The second code is nobody’s: it is shown as it is.
    await send('PATCH', '/api/v1/datasets/registre', { metadata: { territory: ['13055', '99999'] } })
    const page = await at('/datasets')
    const territories = page.getByRole('group', { name: 'Territoire' })
    await territories.getByRole('checkbox', { name: /^Marseille/ }).check()
    await page.getByRole('listitem').filter({ hasText: 'registre' }).waitFor()
    expect(new URL(page.url()).searchParams.get('territory')).toBe('13055')
    await territories.getByRole('checkbox', { name: /^99999/ }).waitFor()
    await page.goto(`${product.address}/datasets/registre?tab=info`)
    await page.getByText('Marseille, 99999').waitFor()
  })
})

describe.skipIf(noBrowser)('rows that come by themselves', () => {
  beforeAll(async () => {
    browser = await openBrowser()
    product = await openProduct([])
  })
  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })
  afterEach(ended)

  test('the table follows a stream, stands still when told to, and goes on', async () => {
    const id = 'ais-positions-simulated'
    const page = await at(`/datasets/${id}`)
    const live = page.locator('[data-live]')
    const isLive = (state: string) => page.locator(`[data-live=${state}]`).waitFor()
    const shown = () => page.getByRole('grid').textContent()
    const count = async () => {
      const answer = await fetch(`${product.address}/api/explore/v2.1/catalog/datasets/${id}/records?limit=0`)
      return ((await answer.json()) as { total_count: number }).total_count
    }
    await page.getByRole('gridcell').first().waitFor()
    await isLive('live')
    const first = await shown()
    await expect.poll(shown).not.toBe(first)
    expect(await violations(page)).toEqual([])

    await live.getByRole('button', { name: 'Figer' }).click()
    await isLive('paused')
    // What was on its way when it was stopped may still arrive.
    await page.waitForLoadState('networkidle')
    const [still, before] = [await shown(), await count()]
    await expect.poll(count).toBeGreaterThan(before)
    expect(await shown()).toBe(still)

    await live.getByRole('button', { name: 'Suivre' }).click()
    await isLive('live')
    await expect.poll(shown).not.toBe(still)
  })
})
