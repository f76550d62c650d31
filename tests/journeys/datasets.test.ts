import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { desktop, mapReady, noBrowser, openBrowser, phone, type Visit, violations, visit } from './browser.ts'
import { openProduct } from './product.ts'

let browser: Browser
let product: Awaited<ReturnType<typeof openProduct>>
let visits: Visit[] = []

const at = async (path: string, settings: Parameters<typeof visit>[2] = {}) => {
  const made = await visit(browser, product.address + path, settings)
  visits.push(made)
  return made.page
}
const search = (page: Page) => new URL(page.url()).searchParams
const pathOf = (page: Page) => new URL(page.url()).pathname

const kinds = ['commerce', 'passagers', 'vrac', 'plaisance']
/** Four hundred invented quays off Marseille, one of them with a length that is no number. */
function quays(wrongLine?: number): string {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const length = i === wrongLine ? 'abc' : `${100 + (i % 90)},5`
    const lat = (43.2 + (i % 20) / 100).toFixed(4).replace('.', ',')
    const lon = (5.2 + Math.floor(i / 20) / 100).toFixed(4).replace('.', ',')
    const day = `${String(1 + (i % 28)).padStart(2, '0')}/${String(1 + (i % 12)).padStart(2, '0')}/${1990 + (i % 30)}`
    return `Quai ${i};${kinds[i % 4]};${length};${lat};${lon};${day}`
  })
  return ['Nom;Type de quai;Longueur;Latitude;Longitude;Mis en service', ...rows, ''].join('\n')
}
const csvFile = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

/** A dataset made through the API, for journeys that begin later. */
async function loaded(id: string, text: string, title = id): Promise<void> {
  const root = `${product.address}/api/v1/datasets/${id}`
  const begun = await fetch(`${root}/versions?create=true&title=${title}&fileName=${id}.csv`, {
    method: 'POST',
    body: text,
  })
  const { id: load } = (await begun.json()) as { id: string }
  // The stream of a load ends with its last state.
  const events = await fetch(`${root}/loads/${load}`, { headers: { accept: 'text/event-stream' } })
  expect(await events.text()).toContain('"state":"published"')
}

const rowsOf = async (id: string) =>
  (
    (await (
      await fetch(`${product.address}/api/explore/v2.1/catalog/datasets/${id}/records?limit=0`)
    ).json()) as { total_count: number }
  ).total_count

describe.skipIf(noBrowser)('the data', () => {
  beforeAll(async () => {
    browser = await openBrowser()
    product = await openProduct(['--ais', 'tcp-server://127.0.0.1:0', '--no-demo'])
    await loaded('quais', quays(), 'Quais')
  })
  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })
  afterEach(async () => {
    const left = visits
    visits = []
    await Promise.all(left.map(({ page }) => page.context().close()))
    expect(left.flatMap(({ complaints }) => complaints)).toEqual([])
  })

  test('a file is dropped, typed, published, corrected, compared and rolled back', async () => {
    const page = await at('/datasets')
    await page.getByRole('link', { name: 'Charger un fichier' }).first().click()
    await page.locator('input[type=file]').setInputFiles(csvFile('Quais du golfe.csv', quays(3)))
    expect(await page.getByLabel('Identifiant').inputValue()).toBe('quais-du-golfe')
    await page.getByLabel('Titre').fill('Quais du golfe de Fos')
    await page.getByRole('button', { name: 'Envoyer' }).click()

    await page.getByText('CSV, 400 lignes, 7 champs.').waitFor()
    const type = page.getByRole('combobox', { name: 'Type, Longueur' })
    expect(await type.inputValue()).toBe('double')
    await page.getByText(/1 sur 400 sera rejetée/).waitFor()
    await page.getByRole('textbox', { name: 'Unité, Longueur' }).fill('m')
    await page.getByRole('checkbox', { name: 'Identifie, Nom' }).check()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Charger 400 lignes' }).click()

    await page.getByRole('heading', { name: 'Version 1 publiée' }).waitFor()
    await page.getByText('399 lignes chargées.').waitFor()
    await page.getByRole('heading', { name: '1 ligne rejetée' }).waitFor()
    await page.getByRole('cell', { name: 'abc' }).waitFor()
    expect(await violations(page)).toEqual([])

    const [rejects] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Télécharger les lignes rejetées' }).click(),
    ])
    const corrected = readFileSync(await rejects.path(), 'utf8').replace(',abc,', ',"103,5",')
    await page.getByRole('button', { name: 'Renvoyer les lignes corrigées' }).click()
    await page.getByRole('heading', { name: 'Renvoyer les lignes corrigées' }).waitFor()
    await page.locator('input[type=file]').setInputFiles(csvFile('rejects.csv', corrected))
    await page.getByRole('button', { name: 'Envoyer' }).click()
    await page.getByRole('heading', { name: 'Version 2 publiée' }).waitFor()
    expect(await rowsOf('quais-du-golfe')).toBe(400)

    await page.getByRole('link', { name: 'Voir la carte' }).click()
    await mapReady(page)
    expect(pathOf(page)).toBe('/datasets/quais-du-golfe')

    await page.getByRole('tab', { name: 'Versions' }).click()
    await page.getByRole('button', { name: 'Comparer à la version 1' }).click()
    await page.getByText('1 ajoutée').waitFor()
    await page.getByRole('button', { name: 'Revenir à cette version' }).click()
    await page.getByLabel('Pourquoi (facultatif)').fill('Essai')
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Revenir à la version 1' }).click()
    await page.getByRole('heading', { name: 'version 3' }).waitFor()
    expect(await rowsOf('quais-du-golfe')).toBe(399)

    await page.getByRole('tab', { name: 'Informations' }).click()
    await page.getByRole('button', { name: 'Modifier la description' }).click()
    await page.getByLabel('Producteur').fill('Port inventé')
    await page.getByRole('combobox', { name: 'Licence' }).fill('Licence Ouverte 2.0')
    await page.getByRole('button', { name: 'Enregistrer' }).click()
    await page.getByRole('banner').or(page.locator('header')).getByText('Port inventé').first().waitFor()
  })

  test('a connection that is cut in the middle of a file loses nothing', async () => {
    const page = await at('/datasets/new')
    let cuts = 0
    await page.route('**/loads/*', async (route) => {
      if (route.request().method() !== 'PATCH' || cuts > 0) return route.fallback()
      cuts++
      await route.abort('connectionreset')
    })
    await page.locator('input[type=file]').setInputFiles(csvFile('coupure.csv', quays()))
    await page.getByRole('button', { name: 'Envoyer' }).click()
    await page.getByRole('button', { name: 'Charger 400 lignes' }).click()
    await page.getByRole('heading', { name: 'Version 1 publiée' }).waitFor()
    expect(cuts).toBe(1)
    expect(await rowsOf('coupure')).toBe(400)
    const [mine] = visits
    // The cut itself is told by the browser; nothing else is.
    expect(mine?.complaints.every((text) => text.includes('ERR_CONNECTION_RESET'))).toBe(true)
    mine?.complaints.splice(0)
  })

  test('what is no table is refused in words, and the version before goes on', async () => {
    const before = await rowsOf('quais')
    const page = await at('/datasets/new?dataset=quais')
    await page.getByRole('heading', { name: 'Nouvelle version de « Quais »' }).waitFor()
    const html = '<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>'
    await page.locator('input[type=file]').setInputFiles(csvFile('export.csv', html))
    await page.getByRole('button', { name: 'Envoyer' }).click()
    await page.getByRole('heading', { name: 'Ce fichier n’a pas pu être chargé' }).waitFor()
    await page.getByText(/reste en service/).waitFor()
    expect(await violations(page)).toEqual([])
    expect(await rowsOf('quais')).toBe(before)
    await page.getByRole('button', { name: 'Choisir un autre fichier' }).click()
    await page.getByText('Déposez un fichier ici, ou choisissez-le').waitFor()
  })

  test('a load that lost most of its rows waits for a decision', async () => {
    await loaded('retenue', quays())
    const page = await at('/datasets/new?dataset=retenue')
    const few = quays().split('\n').slice(0, 101).join('\n')
    await page.locator('input[type=file]').setInputFiles(csvFile('moins.csv', few))
    await page.getByRole('button', { name: 'Envoyer' }).click()
    await page.getByRole('button', { name: 'Charger 100 lignes' }).click()
    await page.getByRole('heading', { name: 'Retenue : à relire avant publication' }).waitFor()
    await page.getByText('Elle a 100 lignes, la version précédente en avait 400').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await rowsOf('retenue')).toBe(400)
    await page.reload()
    await page.getByRole('button', { name: 'Publier quand même' }).click()
    await page.getByRole('heading', { name: 'Version 2 publiée' }).waitFor()
    expect(await rowsOf('retenue')).toBe(100)
  })

  test('rules that a person adds reject what breaks them', async () => {
    const page = await at('/datasets/new')
    await page.locator('input[type=file]').setInputFiles(csvFile('regles.csv', quays()))
    await page.getByRole('button', { name: 'Envoyer' }).click()
    await page.getByLabel('Ajouter des règles, Longueur').click()
    await page.getByLabel('Minimum, Longueur').fill('101')
    await page.getByLabel('Ajouter des règles, Type de quai').click()
    await page.getByRole('checkbox', { name: 'Filtre, Nom' }).check()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Charger 400 lignes' }).click()
    await page.getByRole('heading', { name: /Version 1 publiée|Retenue/ }).waitFor()
    await page.getByText('trop petit').waitFor()
  })

  test('rows are cut by a commune that a reference dataset outlines', async () => {
    const square = {
      type: 'Polygon',
      coordinates: [
        [
          [5.195, 43.1],
          [5.225, 43.1],
          [5.225, 43.5],
          [5.195, 43.5],
          [5.195, 43.1],
        ],
      ],
    }
    const communes = {
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties: { code: '99001', nom: 'Ville inventée' }, geometry: square }],
    }
    await loaded('communes', JSON.stringify(communes))
    const page = await at('/datasets/quais')
    await page.getByLabel('Commune').selectOption('99001')
    await page.getByRole('status').getByText('60 lignes').waitFor()
    expect(search(page).get('commune')).toBe('99001')
    await page.getByRole('tab', { name: 'Export' }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^CSV/ }).click(),
    ])
    expect(
      readFileSync(await file.path(), 'utf8')
        .trim()
        .split('\r\n'),
    ).toHaveLength(61)
    await page.getByRole('button', { name: /Retirer le filtre Ville inventée/ }).click()
    await page.getByRole('tab', { name: 'Tableau' }).click()
    await page.getByRole('status').getByText('400 lignes').waitFor()
  })

  test('a table of more rows than one answer holds is walked to its end', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => `${i};mot ${i % 9}`)
    await loaded('longue', ['rang;mot', ...rows, ''].join('\n'))
    const page = await at('/datasets/longue')
    await page.getByRole('button', { name: 'Dernière ligne' }).click()
    await page.getByRole('gridcell', { name: /^11.?999$/ }).waitFor()
    await page.getByLabel('Aller à la ligne').fill('10501')
    await page.keyboard.press('Enter')
    await page.getByRole('gridcell', { name: /^10.?500$/ }).waitFor()
  })

  test('the catalogue finds as one types, whatever slips', async () => {
    const page = await at('/datasets')
    const all = (await (
      await fetch(`${product.address}/api/explore/v2.1/catalog/datasets?limit=0`)
    ).json()) as { total_count: number }
    await page.getByText(`${all.total_count} jeux de données`, { exact: true }).waitFor()
    await page.getByRole('searchbox', { name: 'Chercher un jeu de données' }).fill('posiitons ais')
    await expect
      .poll(() => page.getByRole('listitem').getByRole('heading').first().textContent())
      .toMatch(/Positions AIS/)
    expect(search(page).get('q')).toBe('posiitons ais')
    await page.getByRole('searchbox').fill('zzzz')
    await page.getByText('Aucun jeu de données ne correspond').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Tout montrer' }).click()
    await page.getByRole('checkbox', { name: /^par versions/ }).check()
    expect(search(page).get('feature')).toBe('snapshot')
    await page.getByRole('link', { name: 'Quais', exact: true }).click()
    await page.getByRole('heading', { name: 'Quais', level: 1 }).waitFor()
  })

  test('rows are filtered, sorted, opened; every state has its address', async () => {
    const page = await at('/datasets/quais')
    await page.getByText('400 lignes', { exact: true }).first().waitFor()
    await page.getByRole('checkbox', { name: /^vrac/ }).check()
    await page.getByRole('status').getByText('100 lignes').waitFor()
    expect(search(page).get('filter')).toBe('type_de_quai:vrac')
    await page.getByRole('button', { name: 'Longueur', exact: true }).click()
    await page.getByRole('button', { name: 'Longueur', exact: true }).click()
    expect(search(page).get('sort')).toBe('-longueur')
    await page.getByLabel('Condition (ODSQL)').fill('longueur > 150')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(2)
    await page.getByRole('gridcell', { name: '188,5' }).first().click()
    await page.getByRole('complementary', { name: 'Ligne 1' }).waitFor()
    const address = page.url()
    await page.reload()
    await page.getByRole('complementary', { name: 'Ligne 1' }).waitFor()
    expect(page.url()).toBe(address)
    await page.getByRole('button', { name: 'Fermer' }).click()
    await page.getByLabel('Condition (ODSQL)').fill('longeur > 150')
    await page.keyboard.press('Enter')
    await page
      .getByText(/il n’y a pas de champ «\slongeur/)
      .first()
      .waitFor()
    expect(await violations(page)).toEqual([])
    const [mine] = visits
    expect(mine?.complaints.every((text) => text.includes('400'))).toBe(true)
    mine?.complaints.splice(0)
  })

  test('a column is searched and hidden, the grid walked by keyboard', async () => {
    const page = await at('/datasets/quais')
    await page.getByRole('button', { name: 'Filtrer ou masquer Nom' }).click()
    await page.getByLabel('Contient les mots').fill('Quai 12')
    await page.getByRole('grid').getByRole('button', { name: 'Appliquer' }).click()
    await page.getByRole('gridcell', { name: 'Quai 12', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Filtrer ou masquer Type de quai' }).click()
    await page.getByRole('button', { name: 'Masquer la colonne' }).click()
    await page.getByRole('columnheader', { name: /Type de quai/ }).waitFor({ state: 'detached' })
    expect(search(page).get('hide')).toBe('type_de_quai')
    await page.getByRole('grid').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: 'Ligne 1' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('complementary', { name: 'Ligne 1' }).waitFor({ state: 'detached' })
  })

  test('a chart says its finding, and its figures are one key away', async () => {
    const page = await at('/datasets/quais?tab=chart')
    await page.getByRole('heading', { name: /compte pour 25\s% des lignes/ }).waitFor()
    await page.locator('[data-chart=bar] svg').waitFor()
    await page.getByLabel('Mesurer').selectOption('longueur')
    await page.getByRole('heading', { name: /vient en tête/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Les chiffres (T)' }).focus()
    await page.keyboard.press('t')
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(4)
    await page.getByRole('button', { name: 'Ligne', exact: true }).click()
    await page.getByLabel('Pas de temps').selectOption('year')
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(30)
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('t')
    await page.locator('[data-chart=line] svg').waitFor()
    expect(await violations(page)).toEqual([])
  })

  test('exports and code ask for what the page shows', async () => {
    const page = await at('/datasets/quais?filter=type_de_quai:vrac&tab=export')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^CSV/ }).click(),
    ])
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(lines).toHaveLength(101)
    expect(lines.slice(1).every((line) => line.includes('vrac'))).toBe(true)
    await page.getByRole('tab', { name: 'API' }).click()
    await page.getByRole('button', { name: 'Python' }).click()
    await page.getByText('("where", "type_de_quai = \\"vrac\\"")').waitFor()
    await page.getByRole('button', { name: 'Essayer' }).click()
    await page.getByText('"total_count": 100').waitFor()
    expect(await violations(page)).toEqual([])
  })

  test('a dataset that is not there says so', async () => {
    const page = await at('/datasets/nulle-part')
    await page.getByRole('heading', { name: 'Ce jeu de données n’existe pas' }).waitFor()
    expect(await violations(page)).toEqual([])
    const [mine] = visits
    expect(mine?.complaints.every((text) => text.includes('404'))).toBe(true)
    mine?.complaints.splice(0)
  })

  const sizes = { desktop, phone }
  const tabs = ['', 'map', 'chart', 'info', 'versions', 'export', 'api']
  const everybody = (['desktop', 'phone'] as const).flatMap((size) =>
    (['light', 'dark'] as const).flatMap((scheme) =>
      (['fr', 'en'] as const).map((lang) => [size, scheme, lang] as const),
    ),
  )
  test.each(everybody)('every page is for everybody (%s, %s, %s)', async (size, colorScheme, lang) => {
    const page = await at(`/datasets?lang=${lang}`, { viewport: sizes[size], colorScheme })
    const isWhole = async () => {
      expect(await violations(page)).toEqual([])
      expect(
        await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
      ).toBeLessThanOrEqual(0)
    }
    await page.getByRole('listitem').first().waitFor()
    await isWhole()
    for (const tab of tabs) {
      await page.goto(`${product.address}/datasets/quais?lang=${lang}${tab && `&tab=${tab}`}`)
      await page.getByRole('tab', { selected: true }).waitFor()
      if (tab === 'map') await mapReady(page)
      if (tab === 'chart') await page.locator('[data-chart] svg').waitFor()
      if (tab === '') await page.getByRole('gridcell').first().waitFor()
      await isWhole()
    }
    await page.goto(`${product.address}/datasets/quais?lang=${lang}&row=1`)
    await page.getByRole('complementary').last().waitFor()
    await isWhole()
    if (size === 'phone') {
      await page.getByRole('button', { name: lang === 'fr' ? 'Fermer' : 'Close' }).click()
      await page.getByRole('button', { name: lang === 'fr' ? 'Filtres' : 'Filters' }).click()
      await page.getByRole('checkbox', { name: /^vrac/ }).waitFor()
      await isWhole()
    }
    await page.goto(`${product.address}/datasets/new?lang=${lang}`)
    await page.locator('input[type=file]').waitFor()
    await isWhole()
  })
})
