/** The worker thread that owns DuckDB. */
import { parentPort, workerData } from 'node:worker_threads'
import { type CallRequest, type Reply, type Request, sendError, type WorkerSettings } from './protocol.ts'
import { openStore, type Store } from './store.ts'

const port = parentPort!
const send = (reply: Reply, transfer: ArrayBuffer[] = []) => port.postMessage(reply, transfer)

const opening: Promise<Store> = openStore(workerData as WorkerSettings, (note, text, details) =>
  send({ note, text, details }),
)
/** Answered by every call below. */
opening.catch(() => undefined)

/** Chunks each open stream may still send: every `pull` adds one. */
const flows = new Map<number, { credit: number; isStopped: boolean; resume: (() => void) | undefined }>()

/** Loads under way: they are cancelled in another way than reads. */
const loadIds = new Set<number>()

async function stream(store: Store, request: CallRequest) {
  const flow = flows.get(request.id)!
  try {
    for await (const chunk of store.reads.run(request.args[0] as never, request.id, true)) {
      while (flow.credit === 0 && !flow.isStopped)
        await new Promise<void>((resolve) => {
          flow.resume = resolve
        })
      if (flow.isStopped) break
      flow.credit--
      send({ id: request.id, chunk }, [chunk.buffer as ArrayBuffer])
    }
  } finally {
    flows.delete(request.id)
  }
}

async function query(store: Store, request: CallRequest) {
  const chunks: Uint8Array[] = []
  for await (const chunk of store.reads.run(request.args[0] as never, request.id, false)) chunks.push(chunk)
  return chunks
}

async function answer(request: CallRequest) {
  const store = await opening.catch((error: unknown) => {
    send({ id: request.id, error: sendError(error) })
  })
  if (!store) return
  try {
    if (request.call === 'query') {
      const value = await query(store, request)
      send(
        { id: request.id, value },
        value.map((chunk) => chunk.buffer as ArrayBuffer),
      )
    } else if (request.call === 'stream') {
      await stream(store, request)
      send({ id: request.id, value: undefined })
    } else {
      const call = store[request.call] as (...args: unknown[]) => Promise<unknown>
      send({ id: request.id, value: await call(...request.args, request.id) })
    }
  } catch (error) {
    send({ id: request.id, error: sendError(error) })
  }
  store.reads.forget(request.id)
  loadIds.delete(request.id)
  if (request.call === 'close') port.close()
}

port.on('message', (request: Request) => {
  if ('call' in request) {
    if (request.call === 'stream') flows.set(request.id, { credit: 0, isStopped: false, resume: undefined })
    if (request.call === 'load') loadIds.add(request.id)
    void answer(request)
    return
  }
  const flow = flows.get(request.id)
  if (flow) {
    if ('cancel' in request) flow.isStopped = true
    else flow.credit++
    flow.resume?.()
  }
  if ('cancel' in request)
    void opening
      .then((store) =>
        loadIds.has(request.id) ? store.cancelLoad(request.id) : store.reads.cancel(request.id),
      )
      .catch(() => undefined)
})
