/** Imports carried out by a running instance, asked over its API. */
import { LacydonError, unavailable } from '../../errors.ts'
import type { ImportTarget } from './import-command.ts'
import type { ImportView, ParityReport } from './schema.ts'

const pollMs = 500
const attempts = 8

/** Throws what the instance answers, and `unavailable` when it does not. */
export function instanceTarget(
  address: string,
  { fetch, pause }: { fetch: typeof globalThis.fetch; pause: (ms: number) => Promise<void> },
): ImportTarget {
  const base = address.replace(/\/+$/, '')
  const ask = async <T>(path: string, init?: RequestInit): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(base + path, init).catch((error: Error) => error)
      if (!(response instanceof Error)) {
        if (response.ok) return (await response.json()) as T
        const problem = (await response.json().catch(() => ({}))) as {
          code?: string
          title?: string
          help?: string
        }
        throw new LacydonError(
          problem.code ?? 'refused',
          response.status,
          problem.title ?? `The instance answered ${response.status}.`,
          problem.help === undefined ? {} : { help: problem.help },
        )
      }
      if (attempt === attempts)
        throw unavailable(`${base} does not answer: ${response.message}.`, 'See that the instance runs.')
      await pause(200 * 2 ** attempt)
    }
  }
  return {
    begin: (request) =>
      ask<ImportView>('/api/v1/imports', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      }),
    async ended({ id }, onProgress) {
      for (;;) {
        const view = await ask<ImportView>(`/api/v1/imports/${id}`)
        onProgress(view)
        if (view.state !== 'running') return ask<ParityReport>(`/api/v1/imports/${id}/report`)
        await pause(pollMs)
      }
    },
    async close() {},
  }
}
