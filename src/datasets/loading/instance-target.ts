/** Loads into a running instance over its API, in pieces that survive cuts. */
import { stat } from 'node:fs/promises'
import { cancelled, LacydonError, unavailable } from '../../errors.ts'
import { type LoadTarget, pieceOf } from './load-command.ts'
import type { LoadOptions, LoadView, PlanView } from './schema.ts'

const pieceBytes = 8 * 1024 * 1024
const attempts = 8

export interface InstanceEffects {
  fetch: typeof fetch
  /** Resolves after so many milliseconds. */
  pause(ms: number): Promise<void>
}

const waiting = new Set(['receiving', 'waiting', 'planning', 'loading'])
const pollMs = 300

/** Throws what the instance answers, and `unavailable` when it does not. */
export function instanceTarget(address: string, { fetch, pause }: InstanceEffects): LoadTarget {
  const base = address.replace(/\/+$/, '')

  /** Repeats what a cut connection or a busy server refused. */
  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(base + path, init).catch((error: Error) => error)
      const isRetried = response instanceof Error || response.status === 503
      if (!isRetried) {
        if (response.ok) return response
        throw await problemOf(response)
      }
      if (attempt === attempts)
        throw unavailable(
          `${base} does not answer${response instanceof Error ? `: ${response.message}` : ''}.`,
          'See that the instance runs.',
        )
      await pause(200 * 2 ** attempt)
    }
  }

  const json = async <T>(path: string, init?: RequestInit) => (await ask(path, init)).json() as Promise<T>
  const pathOf = ({ datasetId, id }: LoadView) =>
    `/api/v1/datasets/${encodeURIComponent(datasetId)}/loads/${id}`

  async function send(view: LoadView, path: string, onProgress: (view: LoadView) => void): Promise<void> {
    let offset = 0
    while (offset < view.sizeBytes) {
      const body = await readPiece(path, offset, Math.min(pieceBytes, view.sizeBytes - offset))
      if (body.length === 0) throw cancelled('The file became shorter while it was sent.')
      // A piece that was cut off may have arrived in part: the server says where to go on.
      const answer = await fetch(base + pathOf(view), {
        method: 'PATCH',
        body,
        headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
      }).catch(() => undefined)
      if (answer && !answer.ok && answer.status !== 409 && answer.status !== 503)
        throw await problemOf(answer)
      if (!answer?.ok) await pause(200)
      const state = await json<LoadView>(pathOf(view))
      onProgress(state)
      if (state.state !== 'receiving') return
      offset = state.receivedBytes
    }
  }

  async function settled(view: LoadView, onProgress: (view: LoadView) => void): Promise<LoadView> {
    for (;;) {
      const state = await json<LoadView>(pathOf(view))
      onProgress(state)
      if (!waiting.has(state.state)) return state
      await pause(pollMs)
    }
  }

  return {
    async load({ datasetId, path, options, tableSchema, onProgress }) {
      const { size } = await stat(path)
      const view = await json<LoadView>(
        `/api/v1/datasets/${encodeURIComponent(datasetId)}/versions?${queryOf(options)}`,
        { method: 'POST', headers: { 'upload-length': String(size) } },
      )
      if (tableSchema !== '')
        await ask(`${pathOf(view)}/schema`, {
          method: 'PUT',
          body: tableSchema,
          headers: { 'content-type': 'application/json' },
        })
      await send(view, path, onProgress)
      return settled(view, onProgress)
    },
    async accept(view) {
      await ask(`${pathOf(view)}/accept`, { method: 'POST' })
      return settled(view, () => {})
    },
    plan: (view) => json<PlanView>(`${pathOf(view)}/plan`),
    async close() {},
  }
}

async function readPiece(path: string, start: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = []
  let read = 0
  for await (const part of pieceOf(path, start)) {
    parts.push(part.subarray(0, length - read))
    read += parts.at(-1)!.length
    if (read >= length) break
  }
  return Buffer.concat(parts)
}

const queryOf = (options: LoadOptions) =>
  new URLSearchParams(
    Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)])),
  )

async function problemOf(response: Response): Promise<LacydonError> {
  const problem = (await response.json().catch(() => ({}))) as {
    code?: string
    title?: string
    help?: string
  }
  return new LacydonError(
    problem.code ?? 'refused',
    response.status,
    problem.title ?? `The instance answered ${response.status}.`,
    problem.help === undefined ? {} : { help: problem.help },
  )
}
