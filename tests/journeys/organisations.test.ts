import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { desktop, noBrowser, openBrowser, phone, type Visit, violations, visit } from './browser.ts'
import { administrator, asked, setUp, signedInBy, tokenMailedTo } from './people.suite.ts'
import { openProduct } from './product.ts'

let browser: Browser
let product: Awaited<ReturnType<typeof openProduct>>
let visits: Visit[] = []
/** The session of the administrator, for what a journey needs to know. */
let admin: string

const at = async (path: string, settings: Parameters<typeof visit>[2] = {}) => {
  const made = await visit(browser, product.address + path, settings)
  visits.push(made)
  return made.page
}
const pathOf = (page: Page) => new URL(page.url()).pathname
const invited = {
  name: 'Basile Tramontane',
  email: 'basile@ferry.example',
  password: 'mistral sur les quais',
}

const signedIn = async (
  path: string,
  person: { name: string; email: string; password: string },
  settings: Parameters<typeof visit>[2] = {},
) => {
  const page = await at(`/signin?lang=fr&returnTo=${encodeURIComponent(path)}`, settings)
  await page.getByLabel('Adresse électronique').fill(person.email)
  await page.getByLabel('Mot de passe', { exact: true }).fill(person.password)
  await page.getByRole('main').getByRole('button', { name: 'Se connecter' }).click()
  await page.getByRole('button', { name: `Mon compte : ${person.name}` }).waitFor()
  return page
}
const forgive = (status: number) => {
  for (const { complaints } of visits) {
    const left = complaints.filter((text) => !text.includes(`status of ${status}`))
    complaints.splice(0, complaints.length, ...left)
  }
}

/** Makes an organisation on the page of the platform and invites its first administrator. */
async function founded(page: Page, name: string): Promise<string> {
  await page.goto(`${product.address}/administration/organisations`)
  await page.getByRole('button', { name: 'Créer une organisation' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Nom').fill(name)
  await dialog.getByLabel('Nature').selectOption('private')
  await dialog.getByRole('button', { name: 'Créer', exact: true }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await page.getByRole('main').getByRole('button', { name: 'Inviter' }).click()
  await dialog.getByLabel('Adresse électronique').fill(invited.email)
  await dialog.getByRole('radio', { name: /^administrateur/ }).check()
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Envoyer l’invitation' }).click()
  await page.getByText('en attente', { exact: true }).waitFor()
  return pathOf(page)
}

let ferry: string
let port: string

describe.skipIf(noBrowser)('organisations', () => {
  beforeAll(async () => {
    browser = await openBrowser()
    product = await openProduct(['--ais', 'tcp-server://127.0.0.1:0', '--no-demo'])
    admin = await setUp(product)
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

  test('an organisation is made, its administrator invited, and joins with a new account', async () => {
    const page = await signedIn('/administration/organisations', administrator)
    await page.getByText('Aucune organisation encore').waitFor()
    ferry = await founded(page, 'Ferries du Frioul')

    const token = await tokenMailedTo(product.address, admin, invited.email)
    const joining = await at(`/invitation#${token}`)
    await joining.getByRole('heading', { name: 'Rejoindre Ferries du Frioul' }).waitFor()
    expect(await violations(joining)).toEqual([])
    expect(await joining.getByLabel('Adresse électronique').inputValue()).toBe(invited.email)
    await joining.getByLabel('Nom').fill(invited.name)
    await joining.getByLabel('Mot de passe', { exact: true }).fill(invited.password)
    await joining.getByRole('button', { name: 'Créer mon compte et accepter' }).click()
    await joining.getByRole('heading', { name: 'Ferries du Frioul', exact: true }).waitFor()
    expect(pathOf(joining)).toBe(ferry)
    await joining.getByText('Rien n’est encore partagé').waitFor()

    const again = await at(`/invitation#${token}`)
    await again.getByText('Ce lien n’est plus valable').waitFor()
    forgive(403)
  })

  test('who has an account joins a second organisation by signing in, and switches between them', async () => {
    const page = await signedIn('/administration/organisations', administrator)
    port = await founded(page, 'Port de la Madrague')
    const link = `/invitation#${await tokenMailedTo(product.address, admin, invited.email)}`

    const wrong = await signedIn('/live', administrator)
    await wrong.goto(product.address + link)
    await wrong.getByText(`Cette invitation est pour ${invited.email}`).waitFor()
    expect(await violations(wrong)).toEqual([])
    await wrong.getByRole('button', { name: 'Se déconnecter et continuer' }).click()
    await wrong.getByLabel('Mot de passe', { exact: true }).fill(invited.password)
    await wrong.getByRole('main').getByRole('button', { name: 'Se connecter' }).click()
    await wrong.getByRole('button', { name: 'Accepter l’invitation' }).click()
    await wrong.getByRole('heading', { name: 'Port de la Madrague', exact: true }).waitFor()

    const corner = wrong.getByRole('button', { name: `Mon compte : ${invited.name}` })
    await corner.getByText('Port de la Madrague').waitFor()
    await corner.click()
    await wrong.getByRole('button', { name: /^Ferries du Frioul/ }).click()
    await corner.getByText('Ferries du Frioul').waitFor()
    expect(await wrong.getByRole('tab', { name: 'Réglages' }).count()).toBe(0)
    await wrong.getByText('Vous êtes membre de cette organisation sans agir pour elle').waitFor()
  })

  test('an identifier is checked, then kept', async () => {
    const page = await signedIn(`${ferry}?tab=settings`, administrator)
    await page.getByLabel('SIRET').fill('123 456 789 00011')
    await page.getByRole('button', { name: 'Enregistrer' }).click()
    await page.getByText('n’est pas un SIRET').waitFor()
    forgive(400)
    await page.getByLabel('SIRET').fill('732 829 320 00074')
    await page.getByRole('button', { name: 'Enregistrer' }).click()
    await page.getByText('Enregistré.').waitFor()
    expect(await page.getByLabel('SIRET').inputValue()).toBe('73282932000074')
    expect(await violations(page)).toEqual([])
  })

  test('an invitation is cancelled, a member gets another role and an end, then leaves', async () => {
    const page = await signedIn(`${ferry}?tab=members`, administrator)
    await page.getByRole('main').getByRole('button', { name: 'Inviter' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Adresse électronique').fill('nina@ferry.example')
    await dialog.getByRole('radio', { name: /^analyste/ }).check()
    await dialog.getByRole('button', { name: 'Envoyer l’invitation' }).click()
    const token = await expect
      .poll(() => tokenMailedTo(product.address, admin, 'nina@ferry.example'))
      .not.toBe('')
      .then(() => tokenMailedTo(product.address, admin, 'nina@ferry.example'))
    const nina = { name: 'Nina Levant', email: 'nina@ferry.example', password: 'brise de terre au matin' }
    await fetch(`${product.address}/api/v1/invitations/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: product.address },
      body: JSON.stringify({ token, name: nina.name, password: nina.password }),
    })
    await page.reload()
    await page.getByRole('button', { name: 'Modifier Nina Levant' }).click()
    await dialog.getByRole('radio', { name: /^responsable de données/ }).check()
    await dialog.getByLabel('Dernier jour (facultatif)').fill('2099-12-31')
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Enregistrer' }).click()
    await page.getByText(/au 31 déc\. 2099/).waitFor()

    await page.getByRole('main').getByRole('button', { name: 'Inviter' }).click()
    await dialog.getByLabel('Adresse électronique').fill('erreur@ferry.example')
    await dialog.getByRole('button', { name: 'Envoyer l’invitation' }).click()
    await page.getByRole('button', { name: 'Annuler l’invitation de erreur@ferry.example' }).click()
    await page.getByText('annulée', { exact: true }).waitFor()

    const hers = await signedIn(`${ferry}?tab=members`, nina)
    expect(await hers.getByRole('button', { name: /^Modifier/ }).count()).toBe(0)
    await hers.getByRole('button', { name: 'Quitter' }).click()
    await hers.getByRole('dialog').getByRole('button', { name: 'Quitter' }).click()
    await hers.getByRole('heading', { name: 'Se connecter' }).waitFor()
  })

  test('a consortium is made, its charter published, read and signed', async () => {
    const page = await signedIn('/organisations', administrator)
    await page.getByRole('button', { name: 'Créer un consortium' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Nom').fill('Escales à quai branché')
    await dialog.getByLabel('Coordonné par').selectOption({ label: 'Port de la Madrague' })
    await dialog.getByRole('button', { name: 'Créer', exact: true }).click()
    await page.getByRole('heading', { name: 'Escales à quai branché' }).waitFor()
    await page.getByRole('button', { name: 'Ajouter un membre' }).click()
    await dialog.getByLabel('Organisation').selectOption({ label: 'Ferries du Frioul' })
    await dialog.getByRole('button', { name: 'Ajouter un membre' }).click()
    await page.getByRole('main').getByRole('link', { name: 'Ferries du Frioul' }).waitFor()
    await page.getByRole('button', { name: 'Publier une charte' }).click()
    await dialog.getByLabel('Texte français').fill('Nous partageons les escales, jamais les passagers.')
    await dialog.getByLabel('Texte anglais').fill('We share port calls, never passengers.')
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Publier' }).click()
    await page.getByText('charte à signer').first().waitFor()

    const member = await signedIn(pathOf(page), invited)
    await member.getByText('Nous partageons les escales, jamais les passagers.').waitFor()
    await member.getByRole('button', { name: 'Signer la version 1' }).click()
    await member.getByText(/Votre organisation a signé la version 1/).waitFor()
    await member.getByText('charte v1 signée').waitFor()
    expect(await violations(member)).toEqual([])
  })

  test('an organisation that is suspended ends the sessions that act for it', async () => {
    const page = await signedIn(`${ferry}?tab=settings`, administrator)
    const hers = await signedIn('/profile', invited)
    await hers.getByRole('link', { name: 'Ferries du Frioul' }).waitFor()
    await page.getByRole('button', { name: 'Suspendre' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Suspendre' }).click()
    await page.getByText('suspendue', { exact: true }).waitFor()
    await hers.reload()
    await hers.getByRole('heading', { name: 'Connectez-vous d’abord' }).waitFor()
    await page.getByRole('button', { name: 'Reprendre' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Reprendre' }).click()
    await page.getByRole('button', { name: 'Suspendre' }).waitFor()
  })

  test('what an organisation contributes is a chart, and a table one key away', async () => {
    const cookie = await signedInBy(product.address, invited)
    const root = `${product.address}/api/v1/datasets/escales`
    const rows = Array.from({ length: 120 }, (_, i) => `${i};Escale ${i}`)
    const begun = await fetch(`${root}/versions?create=true&title=Escales&fileName=escales.csv`, {
      method: 'POST',
      headers: { cookie, origin: product.address, 'content-type': 'text/csv' },
      body: ['Numéro;Nom', ...rows, ''].join('\n'),
    })
    const { id } = (await begun.json()) as { id: string }
    const events = await fetch(`${root}/loads/${id}`, { headers: { accept: 'text/event-stream', cookie } })
    expect(await events.text()).toContain('"state":"published"')
    const { organisation } = await asked<{ organisation: string }>(product.address, cookie, '/session')

    const page = await signedIn(`/organisations/${organisation}`, invited)
    await page.getByRole('img', { name: '120 lignes dans 1 jeu de données' }).waitFor()
    await page.getByRole('button', { name: 'Voir le tableau' }).press('Enter')
    await page.getByRole('columnheader', { name: 'Mois' }).waitFor()
    expect(new URL(page.url()).searchParams.get('view')).toBe('table')
    expect(await violations(page)).toEqual([])
    await page.getByRole('main').getByRole('link', { name: 'Escales' }).waitFor()
  })

  test('a page that is not mine says so, and one that is not there', async () => {
    const page = await signedIn('/administration', invited)
    await page.getByRole('heading', { name: 'Cette page n’est pas pour votre rôle' }).waitFor()
    await page.goto(`${product.address}/organisations/nulle-part`)
    await page.getByRole('heading', { name: 'Cette organisation n’existe pas' }).waitFor()
    expect(await violations(page)).toEqual([])
    forgive(404)
  })

  const looks = [
    [desktop, 'light', 'en'],
    [desktop, 'dark', 'fr'],
    [phone, 'light', 'fr'],
    [phone, 'dark', 'en'],
  ] as const
  test.each(looks)('every page is for everybody (%j, %s, %s)', async (viewport, colorScheme, lang) => {
    const pages = [
      '/signin/forgotten',
      '/reset#a-token-that-is-long-enough',
      '/profile',
      '/profile/security',
      '/profile/sessions',
      '/profile/keys',
      '/profile/data',
      '/organisations',
      `${ferry}?tab=members`,
      `${port}?tab=settings`,
      '/charter',
      '/administration',
      '/administration/organisations',
      '/administration/outbox',
    ]
    const door = await at(`/signin?lang=${lang}`, { viewport, colorScheme })
    await door.getByRole('heading', { level: 1 }).waitFor()
    expect(await violations(door)).toEqual([])
    const page = await signedIn('/profile', administrator, { viewport, colorScheme })
    for (const path of pages) {
      const [before = '', hash = ''] = path.split('#')
      const address = `${product.address}${before}${before.includes('?') ? '&' : '?'}lang=${lang}`
      await page.goto(address + (hash && `#${hash}`))
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      expect(await violations(page), path).toEqual([])
      const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect(wider, path).toBeLessThanOrEqual(0)
    }
  })
})
