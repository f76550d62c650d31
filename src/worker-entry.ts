import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts the module `name` beside `moduleUrl` in a worker thread: the emitted `.js` in production, the `.ts`
 * through tsx when the caller itself runs from source.
 */
export function startWorker(moduleUrl: string, name: string, options: WorkerOptions = {}): Worker {
  if (!moduleUrl.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, moduleUrl), options)
  // `--import tsx` has no effect in a worker of Node 20, so the thread registers tsx itself.
  const tsx = new URL(
    'dist/esm/api/index.mjs',
    pathToFileURL(createRequire(moduleUrl).resolve('tsx/package.json')),
  )
  const entry = new URL(`./${name}.ts`, moduleUrl).href
  const source = `import { register } from ${JSON.stringify(tsx.href)}; register(); await import(${JSON.stringify(entry)})`
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), options)
}
