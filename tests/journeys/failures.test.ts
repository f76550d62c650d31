import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mapReady, noBrowser, openBrowser, violations, visit } from './browser.ts'
import { openPort, openProduct, type Port } from './product.ts'

let browser: Browser

describe.skipIf(noBrowser)('when something fails', () => {
  let port: Port
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    port = await openPort()
  })
  afterEach(() => port?.close())

  test('a feed that dies is said to be, with the way to its source', async () => {
    const { page } = await visit(browser, `${port.address}/live`)
    await mapReady(page)
    await port.antenna.close()
    await page.getByRole('tab', { name: 'Sources' }).click()
    await page
      .getByRole('tabpanel')
      .getByText(/Reconnexion|En échec/)
      .waitFor()
    expect(await violations(page)).toEqual([])
    // The clock of the page goes on two minutes: the last message is old.
    await page.clock.install({ time: Date.now() + 120_000 })
    await page.reload()
    await page.getByText(/Plus rien n’arrive depuis/).waitFor()
    expect(await violations(page)).toEqual([])
  })

  test('a server that stops leaves the last positions, says so, and never loses the page', async () => {
    const { page } = await visit(browser, `${port.address}/live`)
    await mapReady(page)
    await page.getByRole('option', { name: /MISTRAL DOUX/ }).waitFor()
    await port.stopProduct()
    await page.getByText(/Connexion perdue\s: la carte montre/).waitFor()
    await page.getByRole('option', { name: /MISTRAL DOUX/ }).waitFor()
    expect(await violations(page)).toEqual([])
  })
})

describe.skipIf(noBrowser)('when the browser cannot draw the map', () => {
  test('the list still says who is here', async () => {
    const own = await openBrowser('--disable-3d-apis')
    const port = await openPort()
    try {
      const { page } = await visit(own, `${port.address}/live`)
      await page.getByText(/La carte n’a pas pu se charger/).waitFor()
      await page.getByRole('option', { name: /MISTRAL DOUX/ }).click()
      await page.getByRole('heading', { name: 'MISTRAL DOUX' }).waitFor()
      expect(await violations(page)).toEqual([])
    } finally {
      await own.close()
      await port.close()
    }
  })
})

describe.skipIf(noBrowser)('when nothing was heard yet', () => {
  test('the page says so and waits', async () => {
    const own = await openBrowser()
    const product = await openProduct(['--ais', 'tcp-server://127.0.0.1:0', '--no-demo'])
    try {
      const { page } = await visit(own, `${product.address}/live`)
      await mapReady(page)
      await page.getByText(/Rien n’a encore été reçu/).waitFor()
      expect(await violations(page)).toEqual([])
    } finally {
      await own.close()
      await product.close()
    }
  })
})
