import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { desktop, mapReady, noBrowser, openBrowser, phone, type Visit, violations, visit } from './browser.ts'
import { openPort, type Port } from './product.ts'

let browser: Browser
let port: Port
let visits: Visit[] = []

const options = (page: Page) => page.getByRole('listbox').last().getByRole('option')
const found = (page: Page, name: RegExp) =>
  page.getByRole('listbox', { name: 'Résultats' }).getByRole('option', { name })
const atPort = async (path: string, settings: Parameters<typeof visit>[2] = {}) => {
  const made = await visit(browser, port.address + path, settings)
  visits.push(made)
  return made.page
}
const search = (page: Page) => new URL(page.url()).searchParams

describe.skipIf(noBrowser)('the live port', () => {
  beforeAll(async () => {
    browser = await openBrowser()
    port = await openPort()
  })
  afterAll(async () => {
    await browser?.close()
    await port?.close()
  })
  afterEach(async () => {
    const left = visits
    visits = []
    await Promise.all(left.map(({ page }) => page.context().close()))
    expect(left.flatMap(({ complaints }) => complaints)).toEqual([])
  })

  test('opens where the feed is, with every vessel that anybody may see in the list', async () => {
    const page = await atPort('/')
    await mapReady(page)
    expect(new URL(page.url()).pathname).toBe('/live')
    await expect.poll(() => options(page).count()).toBe(port.antenna.publicFleet.length)
    await page.getByRole('option', { name: /MISTRAL DOUX/ }).waitFor()
    expect(await options(page).getByText('PLAISIR TRANQUILLE').count()).toBe(0)
    await page
      .getByText(/En direct/)
      .first()
      .waitFor()
    expect(await page.getByText('simulé').count()).toBe(0)
    expect(await page.title()).toBe('Port en direct · Lacydon')
    await expect.poll(() => search(page).get('map')).toMatch(/^43\.\d+,5\.\d+,\d/)
    expect(await violations(page)).toEqual([])
  })

  test('weighs at most 200 kB before the map comes', async () => {
    const html = await (await fetch(`${port.address}/live`, { headers: { accept: 'text/html' } })).text()
    const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path)
    expect(files.length).toBeGreaterThan(1)
    const sizes = await Promise.all(
      files.map(
        async (path) => gzipSync(Buffer.from(await (await fetch(port.address + path)).arrayBuffer())).length,
      ),
    )
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000)
  })

  test('shows on the map what the list says: a press on a mark opens its vessel', async () => {
    const moored = port.antenna.fleet[1]!
    const page = await atPort(`/live?map=${moored.lat},${moored.lon},12.0`)
    await mapReady(page)
    await page.getByRole('option', { name: /VENTOUX ROSE/ }).waitFor()
    const box = (await page.locator('[data-map="ready"] canvas').boundingBox())!
    // The vessel lies in the middle of the part that filters and scrubber leave free.
    await page.mouse.click(box.x + box.width / 2, box.y + 60 + (box.height - 60 - 104) / 2)
    await page.getByRole('heading', { name: 'VENTOUX ROSE' }).waitFor()
    expect(search(page).get('vessel')).toBe(String(moored.mmsi))
  })

  test('finds a vessel by a part of its name and tells all about it', async () => {
    const page = await atPort('/live')
    await mapReady(page)
    await page.getByRole('combobox', { name: /Rechercher/ }).fill('lavande')
    await found(page, /LAVANDE CLAIRE/).click()
    const panel = page.getByRole('article', { name: 'LAVANDE CLAIRE' })
    await panel.waitFor()
    for (const text of [
      'Au mouillage',
      '250\u00a0m × 36\u00a0m',
      'XX9TEST',
      'NULLE PART',
      'planier',
      'MID 290 non attribué',
    ])
      await panel.getByText(text).first().waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Trace sur 24 h' }).click()
    await panel.getByText(/\d+ positions sur 24 heures/).waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: 'CSV' }).click(),
    ])
    expect(file.suggestedFilename()).toBe('lavande-claire-290000006.csv')
    await page.goBack()
    await panel.waitFor({ state: 'detached' })
  })

  test('finds a place and goes there', async () => {
    const page = await atPort('/live')
    await mapReady(page)
    await page.getByRole('combobox', { name: /Rechercher/ }).fill('ciota')
    await page.getByRole('option', { name: /^La Ciotat/ }).click()
    await expect.poll(() => search(page).get('map')).toMatch(/^43\.179\d,5\.609\d/)
    await page.getByRole('heading', { name: /La Ciotat/ }).waitFor()
  })

  test('filters the map and the list alike', async () => {
    const page = await atPort('/live')
    await mapReady(page)
    const chip = page.getByRole('button', { name: /^Passagers/ })
    await chip.click()
    expect(await chip.getAttribute('aria-pressed')).toBe('true')
    await expect.poll(() => options(page).count()).toBe(3)
    expect(await chip.textContent()).toBe('Passagers3')
    for (const text of await options(page).allTextContents()) expect(text).toContain('Passagers')
    expect(search(page).get('type')).toBe('passenger')
    await page.getByRole('button', { name: 'Filtres' }).click()
    await page.getByRole('checkbox', { name: 'En route' }).uncheck()
    await expect.poll(() => options(page).count()).toBe(2)
    expect(await violations(page)).toEqual([])
    await page.getByRole('textbox', { name: 'Nom ou MMSI' }).fill('zzz')
    await page.getByText('Aucun navire en vue ne passe les filtres.').waitFor()
    await page.getByRole('button', { name: 'Tout montrer' }).last().click()
    await expect.poll(() => options(page).count()).toBe(port.antenna.publicFleet.length)
  })

  test('replays the past and comes back to live', async () => {
    const page = await atPort('/live?vessel=290000001')
    await mapReady(page)
    const position = page.getByText(/43°\s\d\d,\d\d′/)
    await position.waitFor()
    const now = await position.textContent()
    await page.getByRole('slider').focus()
    for (let i = 0; i < 2; i++) await page.keyboard.press('Shift+ArrowLeft')
    await expect.poll(() => search(page).get('at')).toBeTruthy()
    const at = search(page).get('at')!
    expect(Date.now() - Date.parse(at)).toBeGreaterThan(9 * 60_000)
    await expect.poll(() => position.textContent()).not.toBe(now)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Lire' }).click()
    await expect.poll(() => search(page).get('at')).not.toBe(at)
    await page.getByRole('button', { name: 'Mettre en pause' }).click()
    await page.getByRole('button', { name: 'Revenir au direct' }).click()
    await expect.poll(() => search(page).has('at')).toBe(false)
    await page
      .getByText(/En direct/)
      .first()
      .waitFor()
  })

  test('goes from search to track and back without a mouse', async () => {
    const page = await atPort('/live')
    await mapReady(page)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Aller au contenu')
    await page.getByRole('combobox', { name: /Rechercher/ }).focus()
    await page.keyboard.type('mistral')
    await found(page, /MISTRAL DOUX/).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'MISTRAL DOUX' }).waitFor()
    await page.locator('#vessel-name:focus').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await expect.poll(() => search(page).get('track')).toBe('1')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    const list = page.getByRole('listbox', { name: 'Navires montrés sur la carte' })
    await list.waitFor()
    await list.focus()
    await page.keyboard.press('ArrowDown')
    const active = await list.getAttribute('aria-activedescendant')
    await page.keyboard.press('Enter')
    await expect.poll(() => search(page).get('vessel')).toBe(active?.replace('vessel-', ''))
    await page.getByRole('button', { name: 'Retour à la liste' }).press('Enter')
    await page.locator('[role=listbox]:focus').waitFor()
    expect(await list.getAttribute('aria-activedescendant')).toBe(active)
  })

  test('shows a distress device above everything, whatever the filters', async () => {
    const { positionReport } = await import('./sentences.ts')
    const page = await atPort('/live?type=tanker')
    await mapReady(page)
    const beacon = {
      ...port.antenna.fleet[0]!,
      mmsi: 970_123_456,
      navStatus: 14,
      sogKn: 0,
      lon: 5.1,
      lat: 43.22,
    }
    port.antenna.transmit(positionReport(beacon, Date.now()))
    const alert = page.getByRole('button', { name: /Émetteur de détresse/ })
    await alert.waitFor()
    expect(await violations(page)).toEqual([])
    await alert.click()
    await page.getByRole('article').getByText('Émetteur de détresse (SART)').waitFor()
  })

  test('lists the sources with what they send', async () => {
    const page = await atPort('/live?panel=sources')
    const panel = page.getByRole('tabpanel')
    await panel.getByText(/tcp:\/\/127\.0\.0\.1/).waitFor()
    await panel.getByText(/En direct/).waitFor()
    expect(await violations(page)).toEqual([])
  })

  test('says so when a page does not exist', async () => {
    const page = await atPort('/nowhere')
    await page.getByRole('heading', { name: 'Cette page n’existe pas' }).waitFor()
    expect(await violations(page)).toEqual([])
  })

  describe.each([
    ['1440 px', desktop],
    ['390 px', phone],
  ] as const)('at %s', (_size, viewport) => {
    test.each([
      ['fr', 'light'],
      ['fr', 'dark'],
      ['en', 'light'],
      ['en', 'dark'],
    ] as const)('in %s and %s, is accessible with and without a vessel', async (lang, colorScheme) => {
      const page = await atPort(`/live?lang=${lang}`, { viewport, colorScheme, hasTouch: viewport === phone })
      await mapReady(page)
      await page
        .getByText(lang === 'fr' ? 'En direct' : 'Live')
        .first()
        .waitFor()
      expect(await page.locator('html').getAttribute('lang')).toBe(lang)
      expect(await violations(page)).toEqual([])
      await page.getByRole('button', { name: /^(Filtres|Filters)/ }).click()
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.goto(`${port.address}/live?lang=${lang}&vessel=290000005&track=1`)
      await page.getByRole('heading', { name: 'ETOILE PALE' }).waitFor()
      await mapReady(page)
      expect(await violations(page)).toEqual([])
    })
  })

  test('at 390 px, keeps the map above a sheet that opens', async () => {
    const page = await atPort('/live', { viewport: phone, hasTouch: true, isMobile: true })
    await mapReady(page)
    await page.getByRole('button', { name: 'Ouvrir le panneau' }).tap()
    await page.getByRole('option', { name: /MISTRAL DOUX/ }).tap()
    await page.getByRole('heading', { name: 'MISTRAL DOUX' }).waitFor()
    await page.getByRole('button', { name: 'Rechercher' }).tap()
    await page.getByRole('combobox', { name: /Rechercher/ }).fill('planier')
    await page
      .getByRole('option', { name: /Planier/ })
      .first()
      .tap()
    await expect.poll(() => search(page).get('map')).toMatch(/^43\.19/)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
  })

  test('speaks English to an English browser, and changes by its control', async () => {
    const page = await atPort('/live', { locale: 'en-GB' })
    await page.getByRole('link', { name: 'Live port' }).waitFor()
    await page.getByRole('link', { name: /Français/ }).click()
    await page.getByRole('link', { name: 'Port en direct' }).waitFor()
    expect(search(page).get('lang')).toBe('fr')
  })
})
