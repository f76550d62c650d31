import { readFileSync } from 'node:fs'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { noBrowser, openBrowser, phone, type Visit, violations, visit } from './browser.ts'
import { administrator, setupLink } from './people.suite.ts'
import { openProduct } from './product.ts'

let browser: Browser
let product: Awaited<ReturnType<typeof openProduct>>
let visits: Visit[] = []

const at = async (path: string, settings: Parameters<typeof visit>[2] = {}) => {
  const made = await visit(browser, product.address + path, settings)
  visits.push(made)
  return made.page
}
const pathOf = (page: Page) => new URL(page.url()).pathname

/** A refusal that a journey asks for is also said in the console. */
const forgive = (status: number) => {
  for (const { complaints } of visits) {
    const left = complaints.filter((text) => !text.includes(`status of ${status}`))
    complaints.splice(0, complaints.length, ...left)
  }
}

const write = async (page: Page, password = administrator.password) => {
  await page.getByLabel('Adresse électronique').fill(administrator.email)
  await page.getByLabel('Mot de passe', { exact: true }).fill(password)
  await page.getByRole('main').getByRole('button', { name: 'Se connecter' }).click()
}
const mine = (page: Page) => page.getByRole('button', { name: `Mon compte : ${administrator.name}` })
const signedIn = async (path = '/live') => {
  const page = await at(`/signin?returnTo=${encodeURIComponent(path)}`)
  await write(page)
  await mine(page).waitFor()
  return page
}

describe.skipIf(noBrowser)('an account', () => {
  beforeAll(async () => {
    browser = await openBrowser()
    product = await openProduct(['--ais', 'tcp-server://127.0.0.1:0', '--no-demo'])
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

  test('the link of the terminal makes the administrator, once', async () => {
    const link = await setupLink(product.printed)
    const page = await at('/signin')
    await page.getByText('Personne n’a encore de compte ici.').waitFor()
    await page.goto(product.address + link)
    await page.getByRole('heading', { name: 'Créer l’administrateur' }).waitFor()
    expect(await violations(page)).toEqual([])

    await page.getByLabel('Nom').fill(administrator.name)
    await page.getByLabel('Adresse électronique').fill(administrator.email)
    await page.getByLabel('Mot de passe', { exact: true }).fill('motdepasse')
    await page.getByText('Encore 2 caractères.').waitFor()
    await page.getByLabel('Mot de passe', { exact: true }).fill('motdepassemotdepasse')
    await page.getByRole('button', { name: 'Créer le compte' }).click()
    await page.getByText('Ce mot de passe ressemble trop').waitFor()
    forgive(400)
    await page.getByLabel('Mot de passe', { exact: true }).fill(administrator.password)
    await page.getByRole('button', { name: 'Créer le compte' }).click()
    await page.getByRole('heading', { name: 'Administration' }).waitFor()
    expect(pathOf(page)).toBe('/administration')
    await mine(page).waitFor()

    await page.goto(`${product.address}/live`)
    await page.goto(product.address + link)
    await page.getByRole('heading', { name: 'Cette page n’existe pas' }).waitFor()
    const again = await fetch(`${product.address}/api/v1/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: product.address },
      body: JSON.stringify({ ...administrator, email: 'other@port.example', token: link.split('#')[1] }),
    })
    expect(again.status).toBe(404)
  })

  test('a wrong password is refused in words, the right one leads back, and one leaves', async () => {
    const page = await at('/profile')
    await page.getByRole('heading', { name: 'Connectez-vous d’abord' }).waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Se connecter' }).click()
    await write(page, 'un autre mot de passe')
    await page.getByRole('alert').getByText('L’adresse ou le mot de passe ne convient pas.').waitFor()
    forgive(401)
    expect(await violations(page)).toEqual([])
    await write(page)
    await page.getByRole('heading', { name: administrator.name }).waitFor()
    expect(pathOf(page)).toBe('/profile')

    await mine(page).click()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Se déconnecter' }).click()
    await page.getByRole('heading', { name: 'Connectez-vous d’abord' }).waitFor()
  })

  test('a way back that leads elsewhere is not followed', async () => {
    const page = await at(`/signin?returnTo=${encodeURIComponent('//elsewhere.example/')}`)
    await write(page)
    await mine(page).waitFor()
    await expect.poll(() => pathOf(page), { timeout: 10_000 }).toBe('/live')
  })

  test('name and language are changed, and the pages follow', async () => {
    const page = await signedIn('/profile')
    await page.getByRole('radio', { name: 'English' }).check()
    await page.getByRole('button', { name: 'Enregistrer' }).click()
    await page.getByRole('heading', { name: 'My organisations' }).waitFor()
    await page.goto(`${product.address}/profile`)
    await page.getByRole('heading', { name: 'Identity' }).waitFor()
    await page.getByRole('radio', { name: 'Français' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Mes organisations' }).waitFor()
  })

  test('a second factor is added, asked for, replaced by a recovery code, and removed', async () => {
    const page = await signedIn('/profile/security')
    await page.getByRole('button', { name: 'Ajouter un second facteur' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Mot de passe', { exact: true }).fill(administrator.password)
    await dialog.getByRole('button', { name: 'Continuer' }).click()
    await dialog.getByAltText(/Code QR/).waitFor()
    expect(await violations(page)).toEqual([])
    const secret = Secret.fromBase32((await dialog.locator('code').textContent()) ?? '')
    // One step of the clock back, the present one and one ahead are taken, each once.
    const codeAt = (steps: number) =>
      new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 })
    await dialog.getByLabel('Code affiché par l’application').fill(codeAt(-1))
    await dialog.getByRole('button', { name: 'Activer' }).click()
    const codes = dialog.getByRole('list', { name: 'Vos dix codes de récupération' }).getByRole('listitem')
    await codes.first().waitFor()
    expect(await codes.count()).toBe(10)
    const recovery = (await codes.first().textContent()) ?? ''
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Je les ai gardés' }).click()
    await page.getByText('activée', { exact: true }).waitFor()

    const other = await at('/signin?returnTo=/profile/security')
    await write(other)
    await other.getByLabel('Code à usage unique').fill(codeAt(0))
    await other.getByRole('main').getByRole('button', { name: 'Se connecter' }).click()
    await mine(other).waitFor()

    const third = await at('/signin?returnTo=/profile/security', { viewport: phone })
    await write(third)
    await third.getByLabel('Code à usage unique').fill('000000')
    await third.getByRole('main').getByRole('button', { name: 'Se connecter' }).click()
    await third.getByText('Ce code ne convient pas').waitFor()
    expect(await violations(third)).toEqual([])
    await third.getByRole('button', { name: 'Utiliser un code de récupération' }).click()
    await third.getByLabel('Code de récupération').fill(recovery)
    await third.getByRole('main').getByRole('button', { name: 'Se connecter' }).click()
    await mine(third).waitFor()
    forgive(401)

    await page.getByRole('button', { name: 'Retirer' }).click()
    await dialog.getByLabel('Code à usage unique').fill(codeAt(1))
    await dialog.getByRole('button', { name: 'Retirer' }).click()
    await page.getByText('désactivée', { exact: true }).waitFor()
  })

  test('sessions are listed, one is ended, then all', async () => {
    const page = await signedIn('/profile/sessions')
    const other = await signedIn('/profile')
    await page.reload()
    await page.getByText('cette session').waitFor()
    const ends = page.getByRole('button', { name: 'Terminer', exact: true })
    const before = await ends.count()
    expect(before).toBeGreaterThan(0)
    for (let left = before; left > 0; left--) {
      await ends.first().click()
      await expect.poll(() => ends.count()).toBe(left - 1)
    }
    await other.reload()
    await other.getByRole('heading', { name: 'Connectez-vous d’abord' }).waitFor()

    await page.getByRole('button', { name: 'Tout terminer' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Tout terminer' }).click()
    await page.getByText('Toutes vos sessions sont terminées.').waitFor()
    await page.getByRole('main').getByRole('button', { name: 'Se connecter' }).waitFor()
  })

  test('a key is made, shown once, used by a program, and revoked', async () => {
    const page = await signedIn('/profile/keys')
    await page.getByRole('heading', { name: 'Clés d’API' }).waitFor()
    await page.getByText('Aucune clé').waitFor()
    await page.getByRole('button', { name: 'Créer une clé' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Nom').fill('Export du soir')
    await dialog.getByRole('checkbox', { name: /^exporter/ }).check()
    await dialog.getByRole('radio', { name: 'Seulement ceux-ci' }).check()
    expect(await dialog.getByRole('button', { name: 'Créer', exact: true }).isDisabled()).toBe(true)
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('radio', { name: 'Tous ceux que je peux lire' }).check()
    await dialog.getByLabel('Adresses permises (facultatif)').fill('nulle part')
    await dialog.getByRole('button', { name: 'Créer', exact: true }).click()
    await dialog.getByText('n’est pas une plage d’adresses').first().waitFor()
    forgive(400)
    await dialog.getByLabel('Adresses permises (facultatif)').fill('127.0.0.0/8 ::1/128')
    await dialog.getByRole('button', { name: 'Créer', exact: true }).click()
    await dialog.getByRole('heading', { name: 'Votre nouvelle clé' }).waitFor()
    const key = (await dialog.locator('code').first().textContent()) ?? ''
    expect(key).toMatch(/^lac_[a-z2-7]{8}_[\w-]{43}$/)
    expect(await violations(page)).toEqual([])

    const ask = () =>
      fetch(`${product.address}/api/v1/session`, { headers: { authorization: `Apikey ${key}` } })
    expect(await (await ask()).json()).toMatchObject({ kind: 'key', person: null })
    await dialog.getByRole('button', { name: 'Je l’ai gardée' }).click()
    expect(await page.content()).not.toContain(key)
    await page.reload()
    await page.getByText(/utilisée il y a/).waitFor()

    await page.getByRole('button', { name: 'Révoquer la clé Export du soir' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Révoquer' }).click()
    await page.getByText('révoquée', { exact: true }).waitFor()
    expect((await ask()).status).toBe(401)
  })

  test('a forgotten password is replaced by the link of the outbox', async () => {
    const page = await at('/signin')
    await page.getByRole('link', { name: 'Mot de passe oublié ?' }).click()
    // Both pages ask for an address.
    await page.getByRole('heading', { name: 'Mot de passe oublié' }).waitFor()
    await page.getByLabel('Adresse électronique').fill(administrator.email)
    await page.getByRole('button', { name: 'Envoyer le lien' }).click()
    await page.getByText(`Si un compte utilise ${administrator.email}`).waitFor()

    const admin = await signedIn('/administration/outbox')
    const link = admin.getByRole('main').getByRole('link', { name: /reset#/ })
    await link.waitFor()
    expect(await violations(admin)).toEqual([])
    await link.click()
    administrator.password = 'cormoran au bout du quai'
    await admin.getByLabel('Nouveau mot de passe').fill(administrator.password)
    await admin.getByRole('button', { name: 'Enregistrer le mot de passe' }).click()
    await admin.getByText('Votre nouveau mot de passe est enregistré.').waitFor()
    await write(admin)
    await mine(admin).waitFor()
  })

  test('my data are exported; the last administrator cannot vanish', async () => {
    const page = await signedIn('/profile/data')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('main').getByRole('link', { name: 'Télécharger' }).click(),
    ])
    expect(readFileSync(await file.path(), 'utf8')).toContain(administrator.email)
    await page.getByRole('button', { name: 'M’effacer…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Votre adresse électronique').fill(administrator.email)
    await dialog.getByLabel('Mot de passe', { exact: true }).fill(administrator.password)
    await dialog.getByRole('button', { name: 'M’effacer définitivement' }).click()
    await dialog.getByText('C’est le dernier administrateur.').waitFor()
    forgive(409)
    expect(await violations(page)).toEqual([])
  })

  // The last: it makes this address wait.
  test('after too many failures the page says how long to wait', async () => {
    const page = await at('/signin')
    for (let i = 0; i < 6; i++) {
      const answered = page.waitForResponse('**/api/v1/session')
      await write(page, `mauvais mot de passe ${i}`)
      if ((await answered).status() === 429) break
    }
    const again = page.getByRole('button', { name: /Réessayer dans/ })
    await again.waitFor()
    expect(await again.isDisabled()).toBe(true)
    forgive(401)
    forgive(429)
    expect(await violations(page)).toEqual([])
  })
})
