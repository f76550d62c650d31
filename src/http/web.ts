import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyRequest } from 'fastify'
import { notFound } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import type { App } from './app.ts'
import { sendProblem } from './problem.ts'

/**
 * Serves the built web pages. Every page address answers with the application, everything else that is not there
 * with problem+json; hashed assets are kept for a year.
 */
export async function serveWeb(app: App): Promise<void> {
  const folder = join(packageRoot, 'web', 'dist')
  const index = existsSync(join(folder, 'index.html'))
    ? await readFile(join(folder, 'index.html'))
    : undefined
  if (index) {
    await app.register(async (pages) => {
      pages.addHook('onRoute', (route) => {
        route.config = { ...route.config, door: { public: 'the pages themselves, not what they show' } }
      })
      await pages.register(fastifyStatic, {
        root: folder,
        wildcard: false,
        index: false,
        preCompressed: true,
        cacheControl: false,
        setHeaders: (response, path) => {
          const isHashed = path.includes('/assets/')
          response.setHeader(
            'cache-control',
            isHashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
          )
        },
      })
    })
  } else app.log.warn('web/dist is missing: only the API answers. `npm run build` makes it.')

  app.setNotFoundHandler((request, reply) => {
    if (!index || !isPage(request)) return sendProblem(notFound('page', request.url), request, reply)
    // The application shows its own “not found” for addresses it does not know.
    reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(index)
  })
}

const isPage = ({ method, url, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  !url.startsWith('/api/') &&
  (headers.accept ?? '').includes('text/html')
