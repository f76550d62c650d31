import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { notFound } from '../errors.ts'
import { packageRoot } from '../package-root.ts'
import type { App } from './app.ts'
import { sendProblem } from './problem.ts'

/** Serves the built web pages. Every page address answers with the application; hashed assets are kept for a year. */
export async function serveWeb(app: App): Promise<void> {
  const folder = join(packageRoot, 'web', 'dist')
  if (!existsSync(join(folder, 'index.html'))) {
    app.log.warn('web/dist is missing: only the API answers. `npm run build` makes it.')
    return
  }
  const index = await readFile(join(folder, 'index.html'))
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: false,
    index: false,
    setHeaders: (response, path) => {
      const isHashed = path.includes('/assets/')
      response.setHeader(
        'cache-control',
        isHashed ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
      )
    },
  })
  app.setNotFoundHandler((request, reply) => {
    const isPage =
      (request.method === 'GET' || request.method === 'HEAD') &&
      !request.url.startsWith('/api/') &&
      (request.headers.accept ?? '').includes('text/html')
    if (!isPage) return sendProblem(notFound('page', request.url), request, reply)
    // The application shows its own “not found” for addresses it does not know.
    reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(index)
  })
}
