/** A8: script in every text that a person or a file gives, shown by the pages in a browser. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noBrowser, openBrowser } from '../journeys/browser.ts'
import { type AttackedProduct, openAttackedProduct, password } from './attacked-product.suite.ts'

const built = existsSync(join(import.meta.dirname, '../../web/dist/index.html'))
const why = noBrowser ?? (built ? undefined : 'web/dist is missing: `npm run build` makes the pages')

const payloads = [
  '<img src=x onerror=__pwned=1>',
  '[x](javascript:__pwned=1)',
  '<svg/onload=__pwned=1>',
  '"><script>__pwned=1</script>',
  "'-__pwned=1-'",
  'javascript:__pwned=1',
  'javascript&colon;__pwned=1',
  'data:text/html,<script>top.__pwned=1</script>',
  '{{constructor.constructor("__pwned=1")()}}',
  '</title></style></textarea><script>__pwned=1</script>',
  '<iframe srcdoc="<script>parent.__pwned=1</script>">',
  '<a href="javascript:__pwned=1" autofocus onfocus=__pwned=1>x</a>',
]
const all = payloads.join(' ')
const words = (text: string) => ({ fr: text, en: text })

describe.skipIf(why)(`A8: pages${why ? ` (${why})` : ''}`, () => {
  let product: AttackedProduct
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    product = await openAttackedProduct()
    const { admin } = product
    const cells = payloads.map((payload, i) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [5.3 + i / 100, 43.3] },
      properties: {
        [payloads[0]!]: payload,
        label: payload,
        link: `javascript:__pwned=${i}`,
        kind: i % 2 ? payloads[0] : payloads[2],
        size: i,
        day: `2026-01-${String(i + 1).padStart(2, '0')}`,
      },
    }))
    const file = JSON.stringify({ type: 'FeatureCollection', name: all, features: cells })
    const view = await product.load(
      'hostile',
      file,
      `?create=true&title=${encodeURIComponent(payloads[0]!)}&fileName=${encodeURIComponent(`${payloads[0]}.geojson`)}&note=${encodeURIComponent(payloads[2]!)}`,
    )
    expect(view.state).toBe('published')
    const { fields } = await admin.json('GET', '/api/v1/datasets/hostile')
    await admin.json('PATCH', '/api/v1/datasets/hostile', {
      title: words(all.slice(0, 200)),
      description: words(all),
      fields: fields.map((field: { type: string; label: object; annotations?: object }) => ({
        ...field,
        label: words(payloads[0]!),
        ...(field.type === 'text' && { annotations: { ...field.annotations, facet: true } }),
      })),
      metadata: {
        publisher: payloads[3],
        license: payloads[0],
        licenseUrl: 'https://port.example/%3Cscript%3E',
        keyword: payloads.slice(0, 4),
        theme: [payloads[2]],
        references: ['javascript:__pwned=1', payloads[11]],
        attributions: [payloads[1]],
        territory: [payloads[0]],
      },
    })
    await admin.json('PATCH', `/api/v1/organisations/${product.port}`, { name: payloads[0] })
    await admin.json('PATCH', '/api/v1/accounts/me', { name: payloads[2] })
    await product.party('Witness')
    browser = await openBrowser()
    const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1440, height: 900 } })
    await context.addInitScript(() => {
      type Violation = { violatedDirective: string; blockedURI: string }
      const page = globalThis as unknown as {
        addEventListener(name: string, heard: (event: Violation) => void): void
      }
      page.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.error(`policy: ${violatedDirective} ${blockedURI}`)
      })
    })
    page = await context.newPage()
    page.setDefaultTimeout(30_000)
    page.on('console', (message) => {
      if (/policy:|Content Security Policy|Refused to/i.test(message.text())) complaints.push(message.text())
    })
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.goto(`${product.base}/datasets`)
    await page.evaluate(
      async ({ email, password }) => {
        await fetch('/api/v1/session', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email, password }),
        })
      },
      { email: 'chef@port.example', password },
    )
  })
  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })

  const pwned = () => page.evaluate(() => (globalThis as { __pwned?: unknown }).__pwned)

  it.each([
    ['the catalogue', '/datasets'],
    ['a search that is itself a script', `/datasets?q=${encodeURIComponent(payloads[0]!)}`],
    ['a dataset', '/datasets/hostile'],
    ['its map', '/datasets/hostile?tab=map'],
    ['its chart', '/datasets/hostile?tab=chart'],
    ['what is told of it', '/datasets/hostile?tab=info'],
    ['its exports', '/datasets/hostile?tab=export'],
    ['its versions', '/datasets/hostile?tab=versions'],
    ['its console', '/datasets/hostile?tab=api'],
    ['a row', '/datasets/hostile?row=0'],
    ['a filter that is a script', `/datasets/hostile?where=${encodeURIComponent(payloads[0]!)}`],
    ['the organisations', '/organisations'],
    ['an organisation', '/organisations/PORT'],
    ['my account', '/profile'],
    ['the outbox', '/administration/outbox'],
    ['the accounts', '/administration'],
    ['a page that is not there', `/${encodeURIComponent(payloads[0]!)}`],
    ['an address with a fragment', `/datasets#${payloads[0]}`],
  ])('%s runs nothing', async (_what, path) => {
    const before = complaints.length
    await page.goto(`${product.base}${path.replace('PORT', product.port)}`, { waitUntil: 'networkidle' })
    // What shows only on request, such as the text of a cell or a popup.
    for (const cell of await page
      .locator('[role="gridcell"], tbody td')
      .all()
      .then((list) => list.slice(0, 3)))
      await cell.click({ timeout: 2_000 }).catch(() => undefined)
    expect(await pwned()).toBeUndefined()
    const links = await page
      .locator('a[href]')
      .evaluateAll((found) => found.map((link) => (link as unknown as { protocol: string }).protocol))
    expect(links.filter((protocol) => !/^(https?|mailto|geo):$/.test(protocol))).toEqual([])
    expect(await page.locator('script:not([src]), iframe, object, embed').count()).toBe(0)
    expect(complaints.slice(before)).toEqual([])
  })

  it('a popup of the map runs nothing', async () => {
    await page.goto(`${product.base}/datasets/hostile?tab=map`)
    const canvas = page.locator('canvas').first()
    if (
      (await canvas.count()) > 0 ||
      (await canvas.waitFor().then(
        () => true,
        () => false,
      ))
    ) {
      const box = (await canvas.boundingBox())!
      for (let i = 1; i < 8; i++) await page.mouse.click(box.x + (box.width * i) / 8, box.y + box.height / 2)
    }
    expect(await pwned()).toBeUndefined()
    expect(complaints).toEqual([])
  })

  it('their policy lets no script run but our own files, and no plugin, base or frame', async () => {
    const response = await product.nobody.get('/datasets', { accept: 'text/html' })
    const policy = new Map(
      (response.headers.get('content-security-policy') ?? '')
        .split(';')
        .map((part) => part.trim().split(/\s+/))
        .map(([name, ...values]) => [name!, values.join(' ')]),
    )
    expect(policy.get('default-src')).toBe("'self'")
    expect(policy.get('script-src')).toBe("'self'")
    for (const name of ['object-src', 'base-uri', 'frame-ancestors']) expect(policy.get(name)).toBe("'none'")
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await response.text()).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|javascript:/i)
  })

  it('an address that is none of the web is refused where it would become a link', async () => {
    for (const licenseUrl of ['javascript:__pwned=1', 'data:text/html,x', ' https://x', '//x']) {
      const body = { metadata: { licenseUrl } }
      expect((await product.admin.ask('PATCH', '/api/v1/datasets/hostile', body)).status).toBe(400)
    }
  })

  it('leave the product standing', () => product.stands())
})
