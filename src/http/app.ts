import { randomBytes } from 'node:crypto'
import { constants } from 'node:zlib'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { packageVersion } from '../package-root.ts'
import { Doors, guardAccountDoor } from './doors.ts'
import { anonymous, type Principal } from './principal.ts'
import { sendProblem } from './problem.ts'
import { guardWrites, isOperatorAsking } from './writes.ts'

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route that was registered, with its door. */
    doors: Doors
  }
}

/** The web server without routes: validation, problem+json, security headers, compression, OpenAPI. */
export async function buildApp(options: {
  trustedProxies: string[]
  logger: FastifyBaseLogger
  publicUrl?: string | undefined
  /** Says who asks, before anything else happens. Default: nobody is known. Throws 401 for a wrong key. */
  identify?: (request: FastifyRequest, reply: FastifyReply) => Promise<Principal>
  /** Whether somebody has an account. */
  hasAccounts?: () => boolean
}): Promise<App> {
  const app: App = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustedProxies.length > 0 ? options.trustedProxies : false,
    forceCloseConnections: true,
    genReqId: requestNames(),
    bodyLimit: 1024 * 1024,
    // Above the limits of the routes, so that they can say what is too long.
    http: { maxHeaderSize: 64 * 1024 },
    routerOptions: { maxParamLength: 500 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
  }).withTypeProvider<TypeBoxTypeProvider>()

  await app.register(cookie)
  const doors = new Doors()
  app.addHook('onRoute', doors.note)
  app.addHook('onReady', async () => {
    doors.declared()
  })
  app.decorate('doors', doors)
  app.decorateRequest('access', null)
  app.decorateRequest('principal', null as never)
  app.decorateRequest('isOperator', false)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    request.principal = anonymous
    if (options.identify) request.principal = await options.identify(request, reply)
    const circumstances = {
      hasAccounts: options.hasAccounts?.() ?? false,
      publicUrl: options.publicUrl,
      trustsProxies: options.trustedProxies.length > 0,
    }
    guardWrites(request, circumstances)
    request.isOperator = isOperatorAsking(request, circumstances)
    const { door } = request.routeOptions?.config ?? {}
    // Those that name a dataset are decided with it.
    if (door && !('dataset' in door)) guardAccountDoor(request)
  })
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Style attributes are set by the map and the component library at run time; no style sheet from elsewhere.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Plain http on loopback and in a port's own network is normal; the proxy in front sets HSTS.
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
  })
  // Answers made on request: gzip's and brotli's quick levels; files of the web are compressed when built.
  await app.register(compress, {
    global: true,
    encodings: ['br', 'gzip'],
    threshold: 1024,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Lacydon',
        version: packageVersion,
        description:
          'What a port territory knows, as datasets and services. Instants are UTC, positions WGS 84 degrees.',
      },
    },
  })
  app.get(
    '/api/openapi.json',
    { schema: { hide: true }, config: { door: { public: 'describes the API' } } },
    () => app.swagger(),
  )
  return app
}

/** Names of requests that no other start of the server gives again: logs and people refer to them. */
function requestNames(): () => string {
  const start = randomBytes(4).toString('hex')
  let count = 0
  return () => `${start}-${(++count).toString(36)}`
}
