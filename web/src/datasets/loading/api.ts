import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { LoadPlan, LoadView, PlanView, TextLayout } from '../../../../src/datasets/loading/schema.ts'
import { platformPath, questionText } from '../api.ts'
import { readJson, refusalOf } from '../requests.ts'
import type { UploadEffects } from './upload.ts'

export const loadPath = (dataset: string, load: string) =>
  `${platformPath(dataset)}/loads/${encodeURIComponent(load)}`

export interface BeginOptions {
  fileName: string
  title?: string
  note?: string
  corrects?: string
  create?: boolean
  /** Sheet, layer or table. */
  layer?: string
}

/** Begins an upload in pieces that stops once its plan is made; corrections need no second look. */
export async function beginLoad(
  dataset: string,
  sizeBytes: number,
  options: BeginOptions,
): Promise<LoadView> {
  const { create, corrects, ...texts } = options
  const query = questionText({
    ...texts,
    ...(create && { create: 'true' }),
    ...(corrects ? { corrects } : { preview: 'true' }),
  })
  const response = await fetch(`${platformPath(dataset)}/versions?${query}`, {
    method: 'POST',
    headers: { accept: 'application/json', 'upload-length': String(sizeBytes) },
  })
  if (response.ok) return response.json()
  throw refusalOf(response.status, response.statusText, await response.json().catch(() => ({})))
}

async function offsetAfter(response: Response): Promise<number> {
  if (!response.ok)
    throw refusalOf(response.status, response.statusText, await response.json().catch(() => ({})))
  return Number(response.headers.get('upload-offset'))
}

export const uploadEffects = (dataset: string, load: string): UploadEffects => ({
  send: async (piece, offset, signal) =>
    offsetAfter(
      await fetch(loadPath(dataset, load), {
        method: 'PATCH',
        headers: { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
        body: piece,
        signal,
      }),
    ),
  offset: async (signal) => offsetAfter(await fetch(loadPath(dataset, load), { method: 'HEAD', signal })),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    }),
})

const resting = new Set<LoadView['state']>(['planned', 'held', 'published', 'failed', 'cancelled'])

/** A load as it goes on: read once, then followed by server-sent events while it moves. */
export function useLoad(dataset: string | undefined, load: string | undefined) {
  const queries = useQueryClient()
  const key = ['load', dataset, load]
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => readJson<LoadView>(loadPath(dataset!, load!), { signal }),
    enabled: dataset !== undefined && load !== undefined,
    retry: 1,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const isMoving = query.data !== undefined && !resting.has(query.data.state)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is made of what is listed
  useEffect(() => {
    if (!isMoving || dataset === undefined || load === undefined) return
    const events = new EventSource(loadPath(dataset, load))
    events.addEventListener('load', (event: MessageEvent<string>) => {
      const view: LoadView = JSON.parse(event.data)
      queries.setQueryData(key, view)
      if (resting.has(view.state)) events.close()
    })
    return () => events.close()
  }, [isMoving, dataset, load, queries])
  return { ...query, put: (view: LoadView) => queries.setQueryData(key, view) }
}

/** `plannedAt` tells one plan of a load from the next. */
export const usePlan = (dataset: string, load: string, plannedAt: string) =>
  useQuery({
    queryKey: ['plan', dataset, load, plannedAt],
    queryFn: ({ signal }) => readJson<PlanView>(`${loadPath(dataset, load)}/plan`, { signal }),
    retry: 1,
    staleTime: Number.POSITIVE_INFINITY,
  })

export const planAgain = (dataset: string, load: string, layout: TextLayout) =>
  readJson<LoadView>(`${loadPath(dataset, load)}/plan`, { method: 'POST', body: { layout } })
export const startLoad = (dataset: string, load: string, plan: LoadPlan) =>
  readJson<LoadView>(`${loadPath(dataset, load)}/start`, { method: 'POST', body: { plan } })
export const acceptLoad = (dataset: string, load: string) =>
  readJson<LoadView>(`${loadPath(dataset, load)}/accept`, { method: 'POST' })
export const cancelLoad = (dataset: string, load: string) =>
  readJson<LoadView>(loadPath(dataset, load), { method: 'DELETE' })
