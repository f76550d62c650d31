import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts the module `name` beside `moduleUrl` in a worker thread: the emitted `.js` in production, the `.ts`
 * through tsx when the caller itself runs from source.
 */
export function startWorker(moduleUrl: string, name: string, options: WorkerOptions = {}): Worker {
  if (!moduleUrl.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, moduleUrl), options)
  return new Worker(new URL(`./${name}.ts`, moduleUrl), {
    ...options,
    execArgv: [...(options.execArgv ?? []), '--import', 'tsx'],
  })
}
