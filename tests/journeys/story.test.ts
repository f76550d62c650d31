/**
 * The story of trusted sharing, told by four parties in the running product: the port authority publishes live loads of
 * its shuttles on request, a ferry company asks, agrees and uses them by every door, a citizen sees only the record,
 * an auditor checks.
 */
import { readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/cli.ts'
import { desktop, noBrowser, openBrowser, phone, type Visit, violations, visit } from './browser.ts'
import { asked, signedInBy } from './people.suite.ts'
import { openProduct } from './product.ts'

const id = 'navettes'
const rowsPerDay = 600
let browser: Browser
let product: Awaited<ReturnType<typeof openProduct>>
const visits: Visit[] = []
/** Pages of the parties, each in a browser of its own. */
let owner: Page
let partner: Page
let citizen: Page
let auditor: Page
let ownerCookie: string
let key: string

const person = (login: string) => {
  const email = `${login}@demo.invalid`
  const password = new RegExp(`${email}\\s+(\\S+)`).exec(product.printed())?.[1] ?? ''
  return { email, password }
}

async function enter(login: string, path: string): Promise<Page> {
  const made = await visit(browser, `${product.address}/signin?returnTo=${encodeURIComponent(path)}`)
  visits.push(made)
  const { email, password } = person(login)
  await made.page.getByLabel('Adresse électronique').fill(email)
  await made.page.getByLabel('Mot de passe', { exact: true }).fill(password)
  await made.page.getByRole('main').getByRole('button', { name: 'Se connecter' }).click()
  await made.page.waitForURL(`**${path}*`)
  return made.page
}
const go = (page: Page, path: string) => page.goto(product.address + path)
const isAccessible = async (page: Page) => expect(await violations(page)).toEqual([])

const agreementAddress = async (page: Page) => {
  await go(page, '/agreements')
  await page
    .getByRole('link', { name: /Ouvrir l’accord/ })
    .first()
    .click()
  await page.waitForURL('**/agreements/*')
  return page.url()
}

const rowAt = (i: number) => ({
  at: new Date(Date.UTC(2026, 10, 20, 6, i)).toISOString(),
  navette: `Navette ${i % 3}`,
  passagers: 20 + i,
  conducteur: `personne ${i}`,
  position: { lon: 5.33 + i / 1_000, lat: 43.29 + i / 1_000 },
})
const push = async (rows: object[]) => {
  const answer = await fetch(`${product.address}/api/v1/datasets/${id}/rows`, {
    method: 'POST',
    headers: { cookie: ownerCookie, origin: product.address, 'content-type': 'application/json' },
    body: JSON.stringify(rows),
  })
  expect(answer.status).toBe(200)
}
const byKey = (path: string, signal?: AbortSignal) =>
  fetch(product.address + path, { headers: { authorization: `Apikey ${key}` }, signal })
const explore = `/api/explore/v2.1/catalog/datasets/${id}`

/** Reads an answer that goes on until a text comes; false when it ends, or its connection does, before. */
async function reads(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<boolean> {
  const decoder = new TextDecoder()
  let all = ''
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
    if (done) return false
    all += decoder.decode(value, { stream: true })
    if (all.includes(text)) return true
  }
}

describe.skipIf(noBrowser)('the story of trusted sharing', () => {
  beforeAll(async () => {
    browser = await openBrowser()
    product = await openProduct(['--demo-hours', '1'])
    // The last of the accounts that the start prints.
    while (person('developpeur').password === '') await new Promise((resolve) => setTimeout(resolve, 20))
    ownerCookie = await signedInBy(product.address, person('port'))
    const field = (name: string, type: string, fr: string) => ({ name, type, label: { fr, en: name } })
    await asked(product.address, ownerCookie, '/datasets', {
      method: 'POST',
      body: {
        id,
        kind: 'stream',
        eventTime: 'at',
        title: { fr: 'Charge des navettes', en: 'Loads of the shuttles' },
        description: { fr: 'Passagers à bord, en direct.', en: 'Passengers on board, live.' },
        simulated: true,
        fields: [
          field('at', 'timestamp', 'Heure'),
          field('navette', 'text', 'Navette'),
          field('passagers', 'integer', 'Passagers'),
          field('conducteur', 'text', 'Conducteur'),
          field('position', 'geo_point_2d', 'Position'),
        ],
      },
    })
    await push(Array.from({ length: 12 }, (_, i) => rowAt(i)))
  })
  afterAll(async () => {
    await browser?.close()
    await product?.close()
  })
  afterEach(() => {
    const said = visits.flatMap(({ complaints }) => complaints.splice(0))
    expect(said).toEqual([])
  })

  test('what nobody published does not exist for others', async () => {
    expect((await fetch(`${product.address}${explore}`)).status).toBe(404)
    expect((await fetch(`${product.address}/api/v1/datasets/${id}`)).status).toBe(404)
  })

  test('the owner makes the record public, told beforehand what that changes', async () => {
    owner = await enter('port', `/datasets/${id}`)
    await owner.getByRole('tab', { name: 'Partage' }).click()
    await owner.getByRole('radio', { name: 'Visible de tous' }).check()
    const changes = owner.getByRole('heading', { name: 'Ce qui change, et pour qui' }).locator('..')
    await changes.getByText('la fiche, sans les données').first().waitFor()
    await isAccessible(owner)
    await owner.getByRole('button', { name: 'Enregistrer' }).click()
    await expect.poll(async () => (await fetch(`${product.address}${explore}`)).status).toBe(200)
    expect((await fetch(`${product.address}${explore}/records`)).status).toBe(401)
  })

  test('the owner writes the terms', async () => {
    await go(owner, '/agreements')
    await owner.getByRole('button', { name: 'Écrire un modèle' }).click()
    const dialog = owner.getByRole('dialog')
    for (const [language, title, text] of [
      ['En français', 'Charge des navettes', 'Pour caler vos départs, et rien d’autre.'],
      ['En anglais', 'Loads of the shuttles', 'To time your departures, and nothing else.'],
    ] as const) {
      const part = dialog.getByRole('group', { name: language })
      await part.getByLabel('Titre').fill(title)
      await part.getByLabel('Texte').fill(text)
    }
    await dialog.getByLabel('Finalité').fill('caler les départs')
    await dialog.getByRole('checkbox', { name: 'Citer la source' }).check()
    await isAccessible(owner)
    await dialog.getByRole('button', { name: 'Publier' }).click()
    await owner.getByText('accepté d’un clic').waitFor()
  })

  test('a citizen reads the record, why there are no rows, and what can be done', async () => {
    const made = await visit(browser, `${product.address}/datasets/${id}`)
    visits.push(made)
    citizen = made.page
    await citizen.getByRole('heading', { name: 'Ces données sont sur demande' }).waitFor()
    expect(await citizen.getByRole('tab', { name: 'Partage' }).count()).toBe(0)
    await isAccessible(citizen)
    await citizen.getByRole('tab', { name: 'Informations' }).click()
    await citizen.getByText('Passagers à bord, en direct.').waitFor()
  })

  test('a partner asks, is asked back, and answers', async () => {
    partner = await enter('ferry-admin', `/datasets/${id}`)
    await partner.getByRole('heading', { name: 'Ces données ne vous sont pas partagées' }).waitFor()
    await partner.getByRole('button', { name: 'Demander l’accès' }).click()
    const dialog = partner.getByRole('dialog')
    await dialog.getByLabel('Pour quoi faire').fill('Caler nos départs sur la charge des navettes')
    for (const name of ['télécharger', 'flux en direct', 'carte'])
      await dialog.getByRole('checkbox', { name }).check()
    await isAccessible(partner)
    await dialog.getByRole('button', { name: 'Envoyer la demande' }).click()
    await partner.getByRole('link', { name: 'Voir votre demande (en attente)' }).waitFor()

    await go(owner, '/requests')
    await owner.getByText('Caler nos départs sur la charge des navettes').waitFor()
    await owner.getByLabel('Votre mot').fill('Avez-vous besoin du nom des conducteurs ?')
    await isAccessible(owner)
    await owner.getByRole('button', { name: 'Poser la question' }).click()
    await owner.getByText('question posée').waitFor()

    await go(partner, '/requests')
    await partner.getByText('Avez-vous besoin du nom des conducteurs ?').waitFor()
    await partner.getByLabel('Votre réponse').fill('Non, seulement la charge.')
    await isAccessible(partner)
    await partner.getByRole('button', { name: 'Répondre' }).click()
    await partner.getByText('en attente').waitFor()
  })

  test('the owner approves with exactly what is needed, under the terms', async () => {
    await go(owner, '/requests')
    await owner.getByText('Non, seulement la charge.').waitFor()
    await owner.getByRole('button', { name: 'Accorder…' }).click()
    const dialog = owner.getByRole('dialog')
    await dialog.getByLabel('Sort du champ Conducteur').selectOption('hidden')
    await dialog.getByLabel('Lignes par jour').fill(String(rowsPerDay))
    await dialog.getByLabel('Accord à accepter').selectOption({ label: 'Charge des navettes (version 1)' })
    await dialog.getByText('rien avant d’accepter l’accord').waitFor()
    await isAccessible(owner)
    await dialog.getByRole('button', { name: 'Donner l’accès' }).click()
    await owner.getByText('accordée').waitFor()
  })

  test('the partner reads the terms and agrees; nothing was given before', async () => {
    await go(partner, `/datasets/${id}`)
    await partner.getByRole('heading', { name: 'Un accord vous attend' }).waitFor()
    await partner.getByRole('link', { name: 'Lire et accepter l’accord' }).click()
    await partner.getByText('Pour caler vos départs, et rien d’autre.').waitFor()
    await partner.getByText('caler les départs').waitFor()
    expect(await partner.getByText('déclaré seulement').count()).toBe(2)
    await isAccessible(partner)
    await partner.getByRole('button', { name: 'Accepter ces conditions' }).click()
    await partner.getByText('FINALIZED').waitFor()
    await partner.getByRole('heading', { name: /Charge des navettes en vigueur/ }).waitFor()
  })

  test('the partner uses the data by page, without the hidden field', async () => {
    await go(partner, `/datasets/${id}`)
    await partner.getByText('Navette 1').first().waitFor()
    expect(await partner.getByText('Conducteur').count()).toBe(0)
    expect(await partner.getByText('personne 3').count()).toBe(0)
  })

  test('by API and key, export, tile and stream', async () => {
    const cookie = await signedInBy(product.address, person('ferry-admin'))
    const made = await asked<{ key: string }>(product.address, cookie, '/accounts/me/keys', {
      method: 'POST',
      body: {
        name: 'Calage des départs',
        scopes: ['discover', 'preview', 'query', 'export', 'tiles', 'stream'],
        datasets: [id],
        expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      },
    })
    key = made.key
    const records = await byKey(`${explore}/records?limit=5`)
    expect(records.status).toBe(200)
    const { total_count, results } = (await records.json()) as { total_count: number; results: object[] }
    expect(total_count).toBe(12)
    expect(Object.keys(results[0] ?? {})).not.toContain('conducteur')
    expect((await byKey(`${explore}/records?where=conducteur%20is%20not%20null`)).status).toBe(400)

    const csv = await byKey(`${explore}/exports/csv`)
    const text = await csv.text()
    expect(text.trim().split('\n')).toHaveLength(13)
    expect(text).not.toContain('personne')

    const tile = await byKey(`/api/v1/datasets/${id}/tiles/10/527/375.mvt`)
    expect(tile.status).toBe(200)
    expect((await tile.arrayBuffer()).byteLength).toBeGreaterThan(0)

    const stream = await byKey(`/api/v1/datasets/${id}/stream`)
    expect(stream.status).toBe(200)
    const reader = stream.body!.getReader()
    await push([rowAt(20)])
    expect(await reads(reader, 'Navette 2')).toBe(true)
    await reader.cancel()
  })

  test('the owner sees as the partner: what is hidden is shown as hidden', async () => {
    await go(owner, `/datasets/${id}?tab=sharing`)
    await owner.getByRole('combobox', { name: 'Qui', exact: true }).selectOption('organisation:exemple-ferry')
    const seen = owner.getByRole('region', { name: 'Lignes vues' })
    await seen.getByRole('columnheader', { name: /Conducteur caché/ }).waitFor()
    await seen.getByRole('cell', { name: 'Navette 1' }).first().waitFor()
    await isAccessible(owner)
  })

  test('past its quota the partner is refused, with what remains said', async () => {
    let status = 200
    // Each export takes thirteen rows of the day's.
    for (let i = 0; i < rowsPerDay && status === 200; i++) {
      const answer = await byKey(`${explore}/exports/csv`)
      await answer.text()
      status = answer.status
    }
    expect(status).toBe(429)
  })

  test('revoked, the partner is refused at once and its open stream ends', async () => {
    // The stream stands under a grant of its own: the day's rows of the other are used up.
    await asked(product.address, ownerCookie, `/sharing/datasets/${id}/grants`, {
      method: 'POST',
      body: {
        grantee: { kind: 'organisation', organisation: 'exemple-ferry' },
        actions: ['discover', 'query', 'stream'],
        rowFilter: null,
        columns: ['at', 'navette'],
        release: [],
        spatial: null,
        maxAgeS: null,
        quota: null,
        agreementTemplate: null,
        from: null,
        until: null,
        note: '',
      },
    })
    const stream = await byKey(`/api/v1/datasets/${id}/stream`)
    expect(stream.status).toBe(200)
    const reader = stream.body!.getReader()
    await push([rowAt(25)])
    expect(await reads(reader, 'Navette 1')).toBe(true)

    await owner.reload()
    const revoke = owner.getByRole('button', { name: /Révoquer l’accès de Compagnie de ferries/ })
    for (const left of [1, 0]) {
      await revoke.first().click()
      await owner.getByRole('dialog').getByRole('button', { name: 'Révoquer' }).click()
      await expect.poll(() => revoke.count()).toBe(left)
    }
    expect((await byKey(`${explore}/records`)).status).toBe(403)
    expect(await reads(reader, 'never sent')).toBe(false)
    // The partner's page was following the stream: it was cut, and what it asked for next was refused.
    await partner.reload()
    await partner.getByRole('heading', { name: 'Ces données ne vous sont pas partagées' }).waitFor()
    for (const { page, complaints } of visits) if (page === partner) complaints.splice(0)
  })

  test('the owner reads in the log who used what, and how it ended', async () => {
    await go(owner, '/journal?organisation=exemple-ferry')
    const table = owner.getByRole('region', { name: 'Accès, le plus récent d’abord' })
    for (const said of [
      'coupé, droit retiré',
      'quota dépassé',
      'téléchargement',
      'flux',
      'carte',
      'interrogation',
    ])
      await expect
        .poll(
          async () => {
            await owner.reload()
            await table.waitFor()
            return owner.getByRole('main').getByText(said).count()
          },
          { timeout: 30_000 },
        )
        .toBeGreaterThan(0)
    await isAccessible(owner)
    const [file] = await Promise.all([
      owner.waitForEvent('download'),
      owner.getByRole('link', { name: 'Exporter (CSV)' }).click(),
    ])
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\n')
    expect(lines.length).toBeGreaterThan(10)
    expect(
      lines.slice(1).every((line) => line.includes('exemple-ferry') && line.includes('exemple-port')),
    ).toBe(true)
    await go(owner, `/datasets/${id}?tab=usage`)
    await owner.getByRole('heading', { name: 'Par organisation' }).waitFor()
    await isAccessible(owner)
  })

  test('an auditor reads the whole log and no row, and the chain verifies', async () => {
    auditor = await enter('auditeur', '/journal')
    await auditor.getByRole('heading', { name: 'Tous les accès' }).waitFor()
    await isAccessible(auditor)
    await go(auditor, `/datasets/${id}`)
    await auditor.getByRole('heading', { name: 'Ces données ne vous sont pas partagées' }).waitFor()

    let said = ''
    const stdout = new Writable({
      write(chunk, _encoding, done) {
        said += chunk
        done()
      },
    })
    const io = { stdin: process.stdin, stdout, stderr: stdout }
    expect(await runCli(['journal', 'verify', '--data-dir', product.dataDir], io), said).toBe(0)
  })

  test('every page is accessible on a phone and a desk, in both languages, light and dark', async () => {
    const storageState = await owner.context().storageState()
    const agreement = new URL(await agreementAddress(owner)).pathname
    const paths = [
      '/requests',
      '/agreements',
      agreement,
      '/journal',
      `/datasets/${id}?tab=sharing`,
      `/datasets/${id}?tab=usage`,
    ]
    for (const settings of [
      { viewport: phone, colorScheme: 'dark', locale: 'en-GB' },
      { viewport: phone, colorScheme: 'light', locale: 'fr-FR' },
      { viewport: desktop, colorScheme: 'dark', locale: 'fr-FR' },
      { viewport: desktop, colorScheme: 'light', locale: 'en-GB' },
    ] as const) {
      const made = await visit(browser, `${product.address}/live`, { ...settings, storageState })
      visits.push(made)
      for (const path of paths) {
        await made.page.goto(
          `${product.address}${path}${path.includes('?') ? '&' : '?'}lang=${settings.locale.slice(0, 2)}`,
        )
        await made.page.getByRole('heading', { level: 2 }).first().waitFor()
        await made.page.waitForLoadState('networkidle')
        expect(await violations(made.page), `${path} ${JSON.stringify(settings)}`).toEqual([])
      }
      await made.page.context().close()
    }
  })
})
