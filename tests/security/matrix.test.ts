/** A14: every route of the running product, asked by everybody of the table, answers what the table says. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessMatrix, type Expected, type MatrixLine, matrixLines, readers } from './access-matrix.suite.ts'
import { until } from './attacked-product.suite.ts'
import {
  absentId,
  canary,
  hiddenId,
  type MatrixStory,
  openMatrixStory,
  rowsOf,
} from './matrix-story.suite.ts'

let story: MatrixStory
let lines: MatrixLine[]

beforeAll(async () => {
  story = await openMatrixStory()
  lines = matrixLines(story.doors)
}, 180_000)
afterAll(() => story?.close())

interface Answer {
  status: number
  /** Without what differs between any two answers. */
  headers: Record<string, string>
  body: string
}

const fleeting = new Set(['date', 'x-request-id', 'connection', 'keep-alive'])

async function ask(who: string, method: string, path: string, more: Asked = {}): Promise<Answer> {
  const response = await story.askers.get(who)!.ask(method, path, more.body, more.headers)
  const { status, headers } = response
  const isEndless = headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (isEndless) await response.body?.cancel()
  const named = [...headers].filter(([name]) => !fleeting.has(name))
  return { status, headers: Object.fromEntries(named), body: isEndless ? '' : await response.text() }
}

interface Asked {
  body?: unknown
  headers?: Record<string, string>
}

/** What stands for the parameters of a path. `id`: of the dataset, wherever a parameter could be one. */
function pathOf(route: string, id: string): string {
  const isOf = (folder: string) => route.startsWith(`/api/v1/${folder}/`)
  const names: Record<string, string> = {
    dataset: id,
    id: isOf('organisations') ? story.ferries : isOf('consortia') ? story.consortium : id,
    organisation: story.ferries,
    format: 'json',
    z: '0',
    x: '0',
    y: '0',
    at: 'v1',
    mmsi: '227000000',
  }
  const path = route
    .replace('(files of the pages)', '/datasets')
    .replace(/\*$/, 'none')
    .replace(/:(\w+)/g, (_, name: string) => names[name] ?? 'none')
  const query: Record<string, string> = {
    '/api/v1/vessels/search': '?q=a',
    '/api/v1/vessels/activity': '?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
    '/api/v1/packs': `?datasets=${id}`,
    '/api/v1/datasets/:id/see-as': '?principal=anonymous',
    '/api/v1/datasets/:id/diff': '?from=v1&to=v1',
  }
  if (route.startsWith('/api/records/1.0/')) return `${path}?dataset=${id}&rows=2`
  return `${path}${query[route] ?? ''}`
}

/** Bodies that a handler looks at; any other is no object, so that who is let in is told so by 400 and changes nothing. */
function bodyOf({ method, route }: MatrixLine, id: string): Asked {
  if (method === 'GET' || method === 'OPTIONS' || method === 'DELETE') return {}
  if (!route.startsWith('/api/v1/')) return { body: new URLSearchParams({ dataset: id }) }
  if (route === '/api/v1/datasets/:id/versions')
    return { body: rowsOf(canary), headers: { 'content-type': 'application/octet-stream' } }
  const charter = { text: { fr: 'Nous partageons.', en: 'We share.' } }
  const bodies: Record<string, unknown> = {
    'POST /api/v1/administration/break-glass': { dataset: id },
    'PATCH /api/v1/consortia/:id': { name: 'Rade' },
    'POST /api/v1/consortia/:id/charter': charter,
    'PUT /api/v1/consortia/:id/members/:organisation': {},
  }
  return { body: bodies[`${method} ${route}`] ?? [] }
}

/** Which word of the table an answer is. Other refusals are about what is wrong with the question. */
function wordOf({ status, body }: Answer, id: string): Expected {
  if (status === 401 || status === 403) return String(status) as Expected
  if (status === 404 && saysThatThereIsNone(body, id)) return '404'
  return 'allow'
}

const saysThatThereIsNone = (body: string, id: string) =>
  body === '' ? false : new RegExp(`no dataset .{0,3}${id}`, 'i').test(body) || /unknown dataset/i.test(body)

/** Runs them, a few at a time, and answers what each found, in order. */
async function each<T, R>(list: readonly T[], run: (one: T) => Promise<R[]>): Promise<R[]> {
  const found: R[][] = []
  let next = 0
  const worker = async () => {
    while (next < list.length) {
      const at = next++
      found[at] = await run(list[at]!)
    }
  }
  await Promise.all(Array.from({ length: 16 }, worker))
  return found.flat()
}

/** They end who asks, or what is asked for. */
const ending = new Set([
  'DELETE /api/v1/session',
  'DELETE /api/v1/accounts/me/sessions',
  'DELETE /api/v1/datasets/:id',
])
const nameOf = ({ method, route }: MatrixLine) => `${method} ${route}`
const cases = (of: readonly MatrixLine[]) =>
  of.flatMap((line) => readers.map(({ name }, i) => ({ line, who: name, expected: line.cells[i]! })))
/** Those who may not know that the dataset is there. */
const outsiders = readers.flatMap(({ name, onDataset }) => (onDataset('discover') === '404' ? [name] : []))
/** Whoever makes a dataset, or restricts one for the platform, learns whether its name is taken. */
const telling = new Set(['POST /api/v1/datasets/:id/versions', 'POST /api/v1/datasets'])
const restricting = /\/api\/v1\/sharing\/datasets\/:id\/restrictions/

async function differences(of: readonly MatrixLine[]): Promise<string[]> {
  return each(cases(of), async ({ line, who, expected }) => {
    const answer = await ask(who, line.method, pathOf(line.route, hiddenId), bodyOf(line, hiddenId))
    const word = wordOf(answer, hiddenId)
    const said = `${nameOf(line)} · ${who}: ${expected} expected, got ${answer.status}`
    if (answer.status >= 500) return [`${said} ${answer.body.slice(0, 200)}`]
    if (expected !== 'allow' && expected !== 'policy' && answer.body.includes(canary))
      return [`${said}: rows`]
    if (expected === 'policy') return word === '404' ? [said] : []
    return word === expected ? [] : [`${said} ${answer.body.slice(0, 160)}`]
  })
}

describe('every route, asked by everybody', () => {
  it('is in the table', async () => {
    const table = await readFile(join(import.meta.dirname, 'access-matrix.csv'), 'utf8')
    expect(accessMatrix(story.doors)).toBe(table)
    expect(readers.map(({ name }) => name).filter((name) => !story.askers.has(name))).toEqual([])
  })

  it('answers what the table says', async () => {
    expect(await differences(lines.filter((line) => !ending.has(nameOf(line))))).toEqual([])
  }, 180_000)

  it('answers HEAD as GET, without a body', async () => {
    const gets = lines.filter(
      ({ method, door }) => method === 'GET' && !('public' in door) && !('catalogue' in door),
    )
    const found = await each(cases(gets), async ({ line, who, expected }) => {
      if (expected === 'policy') return []
      const { status, body } = await ask(who, 'HEAD', pathOf(line.route, hiddenId))
      // Without a body nobody can say what is not there: of what is allowed it may be a row.
      const isRight = expected === 'allow' ? status !== 401 && status !== 403 : status === Number(expected)
      return isRight && body === '' ? [] : [`${line.route} · ${who}: ${expected} expected, got ${status}`]
    })
    expect(found).toEqual([])
  }, 180_000)
})

describe('an id that is hidden', () => {
  /** The same question about the hidden dataset and about none. */
  async function tells(
    who: string,
    method: string,
    pathOfId: (id: string) => string,
    asked: (id: string) => Asked,
  ) {
    const [hidden, absent] = [
      await ask(who, method, pathOfId(hiddenId), asked(hiddenId)),
      await ask(who, method, pathOfId(absentId), asked(absentId)),
    ]
    // The tag of a list is made from the question, which names the id.
    const plain = ({ headers: { etag, ...headers }, ...answer }: Answer) =>
      JSON.stringify({ ...answer, headers, isTagged: etag !== undefined })
        .replace(new RegExp(`${hiddenId}|${absentId}`, 'gi'), 'ID')
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'INSTANT')
    if (plain(hidden) === plain(absent)) return []
    const names = Object.keys({ ...hidden.headers, ...absent.headers }).filter(
      (name) => hidden.headers[name] !== absent.headers[name],
    )
    const said = [hidden, absent].map(({ status, body }) => `${status} ${body.slice(0, 200)}`).join(' ≠ ')
    return [`${method} ${pathOfId('…')} · ${who}: ${said} (${names.join(' ')})`]
  }

  it('answers as one that does not exist, in every path and question', async () => {
    const asked = lines.flatMap((line) =>
      outsiders.flatMap((who) => {
        const isTold = telling.has(nameOf(line)) || (restricting.test(line.route) && who === 'platform-admin')
        return isTold || pathOf(line.route, 'a') === pathOf(line.route, 'b') ? [] : [{ line, who }]
      }),
    )
    expect(asked.length).toBeGreaterThan(500)
    const found = await each(asked, ({ line, who }) =>
      tells(
        who,
        line.method,
        (id) => pathOf(line.route, id),
        (id) => bodyOf(line, id),
      ),
    )
    expect(found).toEqual([])
  }, 180_000)

  const template = 'none'
  it.each([
    [
      'an agreement',
      'POST',
      '/api/v1/sharing/agreements',
      (dataset: string) => ({ dataset, template, organisation: 'x' }),
    ],
    [
      'a request',
      'POST',
      '/api/v1/sharing/requests',
      (dataset: string) => ({ dataset, subject: 's', purpose: 'p', durationDays: 10 }),
    ],
    [
      'a key',
      'POST',
      '/api/v1/accounts/me/keys',
      (dataset: string) => ({ name: 'k', scopes: ['query'], datasets: [dataset], expiresAt: 'never' }),
    ],
    [
      'several of them',
      'POST',
      '/api/explore/v2.1/catalog/datasets',
      (id: string) => ({ where: `dataset_id="${id}"` }),
    ],
  ])('answers so in the body of %s', async (_what, method, path, body) => {
    const found = await each(outsiders, (who) =>
      tells(
        who,
        method,
        () => path,
        (id) => ({ body: body(id) }),
      ),
    )
    expect(found).toEqual([])
  })

  it.each([
    ['agreements', (id: string) => `/api/v1/sharing/agreements?dataset=${id}`],
    ['the catalogue', (id: string) => `/api/explore/v2.1/catalog/datasets?where=dataset_id%3D%22${id}%22`],
    ['the catalogue, by words', (id: string) => `/api/explore/v2.1/catalog/datasets?where=%22${id}%22`],
    ['the catalogue, refined', (id: string) => `/api/explore/v2.1/catalog/datasets?refine=dataset_id:${id}`],
    ['the older catalogue', (id: string) => `/api/datasets/1.0/search?q=${id}`],
    ['several at once', (id: string) => `/api/v1/packs?datasets=bouees,${id}`],
    ['the same one twice', (id: string) => `/api/records/1.0/search?dataset=bouees&dataset=${id}`],
    ['a moment of it', (id: string) => `/api/v1/packs?datasets=${id}@v1`],
    ['another case', (id: string) => `/api/v1/datasets/${id.toUpperCase()}`],
    ['signs written otherwise', (id: string) => `/api/v1/datasets/${id.replace('-', '%2D')}`],
    ['what sharing keeps', (id: string) => `/api/v1/sharing/agreements/${id}/history`],
  ])('answers so in questions to %s', async (_what, pathOfId) => {
    expect(await each(outsiders, (who) => tells(who, 'GET', pathOfId, () => ({})))).toEqual([])
  })

  it('answers so to OPTIONS, and shows nobody a row there', async () => {
    const routes = [...new Set(lines.map(({ route }) => route))].filter(
      (route) => pathOf(route, 'a') !== pathOf(route, 'b'),
    )
    const asked = routes.flatMap((route) => outsiders.map((who) => ({ route, who })))
    const found = await each(asked, ({ route, who }) =>
      tells(
        who,
        'OPTIONS',
        (id) => pathOf(route, id),
        () => ({}),
      ),
    )
    expect(found).toEqual([])
    const shown = await each(routes, async (route) => {
      const { body } = await ask('owner-steward', 'OPTIONS', pathOf(route, hiddenId))
      return body.includes(canary) ? [route] : []
    })
    expect(shown).toEqual([])
  }, 180_000)

  it('is in no list, count, feed or export that outsiders get', async () => {
    const lists = lines.filter(
      ({ method, route }) => method === 'GET' && pathOf(route, 'a') === pathOf(route, 'b'),
    )
    const asked = lists.flatMap((line) => outsiders.map((who) => ({ line, who })))
    const found = await each(asked, async ({ line, who }) => {
      // Auditors read of every access, by the id of its dataset.
      if (who === 'auditor' && line.route === '/api/v1/journal/entries') return []
      const { body } = await ask(who, 'GET', pathOf(line.route, hiddenId))
      return body.includes(hiddenId) || body.includes(canary) ? [`${line.route} · ${who}`] : []
    })
    expect(found).toEqual([])
  }, 180_000)
})

describe('another method in a header or the address', () => {
  it('counts for nothing', async () => {
    const others = lines.filter(({ method }) => method === 'DELETE' || method === 'PUT' || method === 'PATCH')
    const readable = new Set(lines.flatMap(({ method, route }) => (method === 'GET' ? [route] : [])))
    const asked = others
      .filter(({ route }) => readable.has(route))
      .flatMap((line) => readers.map(({ name }) => ({ line, who: name })))
    expect(asked.length).toBeGreaterThan(100)
    const found = await each(asked, async ({ line: { method, route }, who }) => {
      const path = pathOf(route, hiddenId)
      const plain = await ask(who, 'GET', path)
      const headers = Object.fromEntries(
        ['x-http-method-override', 'x-http-method', 'x-method-override'].map((name) => [name, method]),
      )
      const joint = path.includes('?') ? '&' : '?'
      const overridden = await ask(who, 'GET', `${path}${joint}_method=${method}`, { headers })
      return overridden.status === plain.status || overridden.status === 400
        ? []
        : [`${method} ${route} · ${who}: ${plain.status} became ${overridden.status}`]
    })
    expect(found).toEqual([])
    expect((await ask('owner-steward', 'GET', `/api/v1/datasets/${hiddenId}`)).status).toBe(200)
  }, 180_000)
})

describe('the log', () => {
  /** What it says of the accesses of the owner from here on, as an auditor reads it once they have ended. */
  async function closings(action: string, path: string, count: number) {
    const read = async () => {
      const { body } = await ask('auditor', 'GET', '/api/v1/journal/entries')
      return body
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
        .filter((entry) => entry.kind === 'closed' && entry.action === action && entry.outcome === 'complete')
    }
    const before = await read()
    expect((await ask('owner-steward', 'GET', path)).status).toBe(200)
    let found: Awaited<ReturnType<typeof read>> = []
    await until(async () => {
      found = (await read()).slice(before.length)
      return found.length >= count
    })
    return found
  }

  it('tells rows, fields and the hash of the condition of a tile', async () => {
    const path = `/api/v1/datasets/${hiddenId}/tiles/0/0/0.mvt?where=nom%20like%20%22${canary}%22`
    const [tile] = await closings('tiles', path, 1)
    expect(tile).toMatchObject({
      dataset: hiddenId,
      rows: 2,
      filterHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(tile.columns).toContain('nom')
    expect(JSON.stringify(tile)).not.toContain(canary)
  })

  it('tells of each dataset of a pack its own rows and bytes', async () => {
    const packed = await closings('export', `/api/v1/packs?datasets=bouees,${hiddenId}`, 2)
    const of = (id: string) => packed.find(({ dataset }) => dataset === id)
    expect([of('bouees').rows, of(hiddenId).rows]).toEqual([2, 2])
    expect(of(hiddenId).bytes - of('bouees').bytes).toBe(2 * (canary.length - 'bouee'.length))
    expect(of(hiddenId).columns).toContain('nom')
  })
})

describe('S13: an administrator of the platform', () => {
  const rows = `/api/explore/v2.1/catalog/datasets/${hiddenId}/records`
  const breakGlass = (body: object) =>
    ask('platform-admin', 'POST', '/api/v1/administration/break-glass', { body })

  it('reads a private row only once its owner was told why, until the owner ends it', async () => {
    expect((await ask('platform-admin', 'GET', rows)).status).toBe(404)
    expect((await breakGlass({ dataset: hiddenId, reason: 'because' })).status).toBe(400)
    expect((await breakGlass({ dataset: absentId, reason: 'a row is said to be missing' })).status).toBe(404)
    expect((await ask('platform-admin', 'GET', rows)).status).toBe(404)

    const broken = await breakGlass({ dataset: hiddenId, reason: 'a row is said to be missing' })
    expect(broken.status).toBe(201)
    const { id } = JSON.parse(broken.body)
    const { mails } = await story.platform.json('GET', '/api/v1/outbox')
    const told = mails.filter(({ text }: { text: string }) => text.includes('a row is said to be missing'))
    expect(told.map(({ to }: { to: string }) => to).sort()).toEqual([
      'coordinator@port.example',
      'steward@port.example',
    ])
    expect((await ask('platform-admin', 'GET', rows)).body).toContain(canary)
    const exported = await ask('platform-admin', 'GET', rows.replace('records', 'exports/csv'))
    expect([exported.status, exported.body.includes(canary)]).toEqual([403, false])

    const policy = await ask('owner-steward', 'GET', `/api/v1/sharing/datasets/${hiddenId}/policy`)
    expect(policy.body).toContain('a row is said to be missing')
    const log = await ask('auditor', 'GET', '/api/v1/journal/entries')
    expect(log.body).toContain(`"grants":["${id}"]`)
    const grant = `/api/v1/sharing/datasets/${hiddenId}/grants/${id}`
    expect((await ask('owner-steward', 'DELETE', grant)).status).toBe(200)
    expect((await ask('platform-admin', 'GET', rows)).status).toBe(404)
  })
})

describe('what ends who asks, or what is asked for', () => {
  it('is the right of whom the table says', async () => {
    const deletion = lines.filter((line) => nameOf(line) === 'DELETE /api/v1/datasets/:id')
    const others = lines.filter((line) => ending.has(nameOf(line)) && !deletion.includes(line))
    // Last the owner: then it is gone.
    const [owner, ...rest] = cases(deletion)
    for (const { line, who, expected } of [...rest, owner!]) {
      const answer = await ask(who, 'DELETE', pathOf(line.route, hiddenId))
      expect([who, wordOf(answer, hiddenId)]).toEqual([who, expected])
    }
    expect((await ask('owner-steward', 'GET', `/api/v1/datasets/${hiddenId}`)).status).toBe(404)
    expect(await differences(others.filter(({ route }) => route.endsWith('/sessions')))).toEqual([])
  }, 180_000)
})
