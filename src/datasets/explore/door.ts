/** What all paths of the API have in common at the edge: methods, cross-origin rules, who asks, conditions. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LacydonError } from '../../errors.ts'
import type { App } from '../../http/app.ts'
import type { Door } from '../../http/doors.ts'
import type { Asker } from './access.ts'
import { type AnswerCache, encodingOf } from './answer-cache.ts'
import { sendFailure } from './failures.ts'
import { Parameters } from './parameters.ts'

const maxAddressLength = 16_384
const maxFormBytes = 1_048_576

const allowedHeaders = 'Authorization, Content-Type, If-None-Match, Last-Event-ID, ODS-Widgets-Version'
const exposedHeaders = [
  'ETag',
  'Link',
  'Retry-After',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Lacydon-Dataset-Version',
  'ODS-Explore-API-Deprecation',
  'ods-analyze-truncated',
].join(', ')
const vary = 'Authorization, Cookie, Origin, Accept-Encoding'

/** Prepares a part of the server for the API: errors in its own form, forms as bodies, any origin without credentials. */
export function openDoor(scope: App): void {
  scope.setErrorHandler(sendFailure)
  // Schemas here describe; parameters are read, and refused with their own words, by `Parameters`.
  scope.setValidatorCompiler(() => () => true)
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: maxFormBytes },
    (_request, body, done) => done(null, body),
  )
  scope.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': exposedHeaders,
      'cross-origin-resource-policy': 'cross-origin',
      vary,
    })
    if (request.raw.url && request.raw.url.length > maxAddressLength)
      throw new LacydonError(
        'UriTooLong',
        414,
        `The address has more than ${maxAddressLength} characters: send the parameters as a form, by POST.`,
      )
  })
}

/** OPTIONS for everything under the prefix, 405 for other methods, 404 in JSON for what is not there. */
export function closeDoor(scope: App, prefix: string, why: (url: string) => string): void {
  const config = { door: { public: 'there is nothing here' } }
  scope.options(`${prefix}/*`, { config, schema: { hide: true } }, (_request, reply) => {
    reply.headers({
      'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
      'access-control-allow-headers': allowedHeaders,
      'access-control-max-age': '86400',
    })
    return reply.code(204).send()
  })
  scope.route({
    method: ['GET', 'POST'],
    url: `${prefix}/*`,
    config,
    schema: { hide: true },
    handler: (request) => {
      throw new LacydonError('NotFound', 404, why(request.url))
    },
  })
  scope.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: `${prefix}/*`,
    config,
    schema: { hide: true },
    handler: (_request, reply) => {
      reply.header('allow', 'GET, HEAD, POST, OPTIONS')
      throw new LacydonError('MethodNotAllowed', 405, 'Only GET, and POST with a form, read from here.')
    },
  })
}

export interface Described {
  summary: string
  door: Door
  querystring?: unknown
  params?: unknown
}

/** A path with and without a slash at its end, by GET, HEAD and POST. */
export function readable(
  scope: App,
  path: string,
  { summary, door, querystring, params }: Described,
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  const tags = ['explore']
  const config = { door }
  scope.get(
    path,
    {
      config,
      schema: { tags, summary, ...(querystring ? { querystring } : {}), ...(params ? { params } : {}) },
    },
    handler as never,
  )
  scope.get(`${path}/`, { config, schema: { hide: true } }, handler as never)
  for (const url of [path, `${path}/`]) scope.post(url, { config, schema: { hide: true } }, handler as never)
}

/** Questions asked again and again are read once; those with a key or a form are not kept. */
const questions = new Map<string, Parameters>()
const maxQuestions = 1_000
const maxQuestionLength = 2_000

export function parametersOf(request: FastifyRequest): Parameters {
  const url = request.raw.url ?? ''
  const at = url.indexOf('?')
  const query = at < 0 ? '' : url.slice(at + 1)
  if (typeof request.body === 'string') return new Parameters(query, request.body)
  const known = questions.get(query)
  if (known) return known
  const parameters = new Parameters(query)
  const hasKey = parameters.text('apikey') !== undefined || parameters.text('access_token') !== undefined
  if (hasKey || query.length > maxQuestionLength) return parameters
  if (questions.size >= maxQuestions) questions.delete(questions.keys().next().value as string)
  questions.set(query, parameters)
  return parameters
}

export function askerOf(request: FastifyRequest, parameters: Parameters): Asker {
  const { authorization } = request.headers
  const key = parameters.text('apikey')
  const token = parameters.text('access_token')
  return {
    principal: request.principal,
    credential: authorization ?? (key ? `Apikey ${key}` : token ? `Bearer ${token}` : null),
  }
}

/** Aborts when the client leaves before the answer is whole, so that its query stops in the engine. */
export function untilClientLeaves({ raw }: FastifyReply): AbortSignal {
  const abort = new AbortController()
  if (raw.destroyed && !raw.writableFinished) abort.abort()
  raw.once('close', () => {
    if (!raw.writableFinished) abort.abort()
  })
  return abort.signal
}

export interface Conditional {
  /** Changes whenever the answer does; null when only the answer itself can tell. */
  state: string | null
  /** All else the answer depends on. */
  key: string
  isPublic: boolean
  make(): Promise<unknown>
}

const etagOf = (content: string | Buffer) =>
  `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`

/** The tag of whatever follows from a state and a question. */
export const stateTag = (state: string, key: string) => etagOf(`${state}\n${key}`)

/** Weak comparison with each tag of the list. */
export function matchesTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return header.trim() === '*' || header.split(',').some((tag) => opaque(tag) === opaque(etag))
}

/** Answers with rows list them as `results`. */
function rowsIn(made: unknown): number | undefined {
  const results = (made as { results?: unknown } | null)?.results
  return Array.isArray(results) ? results.length : undefined
}

/** Sends JSON: 304 when the client has it, from the cache when it was made before, else made now. */
export async function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  cache: AnswerCache,
  { state, key, isPublic, make }: Conditional,
): Promise<FastifyReply> {
  reply.header('cache-control', isPublic ? 'public, max-age=0, must-revalidate' : 'private, no-store')
  const condition = request.headers['if-none-match']
  const cacheKey = state === null ? undefined : `${state}\n${key}`
  let answer = cacheKey === undefined ? undefined : cache.get(cacheKey)
  if (!answer) {
    const known = cacheKey === undefined ? undefined : etagOf(cacheKey)
    if (known && matchesTag(condition, known)) return reply.header('etag', known).code(304).send()
    const made = await make()
    const body = Buffer.from(JSON.stringify(made))
    const rows = rowsIn(made)
    answer = {
      etag: known ?? etagOf(body),
      ...(rows !== undefined && { rows }),
      bodies: { identity: body },
    }
    if (cacheKey !== undefined) cache.keep(cacheKey, answer)
  }
  reply.header('etag', answer.etag)
  if (matchesTag(condition, answer.etag)) return reply.code(304).send()
  if (answer.rows !== undefined) await request.access?.addRows(answer.rows)
  const wanted = encodingOf(request.headers['accept-encoding'])
  const [body, encoding] = await cache.body(cacheKey, answer, wanted)
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.type('application/json; charset=utf-8').send(body)
}
