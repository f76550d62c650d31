import { expect } from 'vitest'

/** The one-time token that a first start prints, as the link of it holds it. */
export async function setupLink(printed: () => string): Promise<string> {
  for (;;) {
    const link = /\/setup#[\w-]+/.exec(printed())?.[0]
    if (link) return link
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

interface Someone {
  email: string
  password: string
}

export const administrator = {
  name: 'Odile Dubreuil',
  email: 'odile@port.example',
  password: 'goéland sur la digue nord',
}

/** What a browser sends: from this very site, as JSON, with the cookie of before. Answers the cookie. */
export async function signedInBy(address: string, { email, password }: Someone): Promise<string> {
  const answer = await fetch(`${address}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address },
    body: JSON.stringify({ email, password }),
  })
  expect(answer.status).toBe(200)
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

/** Asks as the person of `cookie`; answers what was said. */
export async function asked<T>(
  address: string,
  cookie: string,
  path: string,
  { method = 'GET', body }: { method?: string; body?: unknown } = {},
): Promise<T> {
  const answer = await fetch(`${address}/api/v1${path}`, {
    method,
    headers: {
      cookie,
      origin: address,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  expect([200, 201]).toContain(answer.status)
  return answer.json() as Promise<T>
}

/** Makes the administrator of a new instance through the API. */
export async function setUp(product: { address: string; printed: () => string }): Promise<string> {
  const token = (await setupLink(product.printed)).split('#')[1]
  const answer = await fetch(`${product.address}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: product.address },
    body: JSON.stringify({ ...administrator, token }),
  })
  expect(answer.status).toBe(201)
  return signedInBy(product.address, administrator)
}

/** The token of the last mail to `email` in the outbox. */
export async function tokenMailedTo(address: string, cookie: string, email: string): Promise<string> {
  const { mails } = await asked<{ mails: { to: string; text: string; createdAt: string }[] }>(
    address,
    cookie,
    '/outbox',
  )
  const mine = mails.filter(({ to }) => to === email).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
  return /#([\w-]+)/.exec(mine[0]?.text ?? '')?.[1] ?? ''
}
