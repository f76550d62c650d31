/** Opens and closes an entry of the access log for every request to a dataset, without its handler knowing. */
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { notFound } from '../errors.ts'
import { Access } from './access.ts'
import type { App } from './app.ts'
import { type Door, datasetsOf, denialAt, guardAccountDoor } from './doors.ts'
import type { Action, Principal } from './principal.ts'

/** `manage`: loading, changing, deleting; what stewards do. */
export type LoggedAction = Action | 'manage'

/** How an answer ended. `cut`: the connection went before it was whole; `interrupted`: the server did. */
export type Outcome = 'complete' | 'refused' | 'over-quota' | 'failed' | 'cut' | 'revoked' | 'interrupted'

/** How a principal stands to a dataset and an action. */
export interface Standing {
  /** The organisation that owns the dataset; null while none does. */
  owner: string | null
  /** Anybody may do this without an account: such use is counted and not logged one by one. */
  isPublic: boolean
  grants: readonly string[]
  agreements: readonly string[]
  /** What to throw when the principal may not: not found, unauthorized or forbidden. Null: come in. */
  denial: Error | null
}

/** Undefined for a dataset that is not there. */
export type StandingOf = (
  principal: Principal,
  datasetId: string,
  action: LoggedAction,
) => Standing | undefined | Promise<Standing | undefined>

export interface AccessOpening {
  principal: Principal
  datasetId: string
  action: LoggedAction
  standing: Standing
  requestId: string
}

export interface AccessClosing {
  outcome: Outcome
  /** Null when no status was sent. */
  status: number | null
  rows: number | null
  /** Of bodies, compressed as they were sent. */
  bytes: number
  ms: number
  columns: readonly string[]
  filterHash: string | null
}

export interface OpenAccess {
  /** Resolves when the opening is on disk: data that is not public is not sent before. Null: nothing to wait for. */
  durable: Promise<void> | null
  close(closing: AccessClosing): void
}

export interface AccessLog {
  open(opening: AccessOpening): OpenAccess
}

/** What is going on between the hooks of one request. */
interface Watched {
  durable: Promise<unknown> | null
  isDurable: boolean
  /** The body ended in an error while somebody still read it. */
  isBroken: boolean
}

const watched = new WeakMap<FastifyRequest, Watched>()

/** Begins to decide and to log accesses to datasets. Before any route is registered. */
export function keepAccessLog(app: App, options: { log: AccessLog; standingOf: StandingOf }): void {
  app.addHook('preValidation', (request, reply) => openAccesses(request, reply, options))
  // Here and not before the handler, so that the disk and the query work at the same time. Refusals do not wait:
  // what is hidden must not answer slower than what is not there.
  app.addHook('onSend', async (request, reply, payload) => {
    const found = watched.get(request)
    if (found && payload instanceof Readable)
      payload.once('error', () => {
        found.isBroken ||= !reply.raw.destroyed
      })
    if (!found || found.isDurable || reply.statusCode >= 400) return payload
    try {
      await found.durable
    } catch (error) {
      if (payload instanceof Readable) payload.destroy()
      throw error
    }
    return payload
  })
}

async function openAccesses(
  request: FastifyRequest,
  reply: FastifyReply,
  { log, standingOf }: { log: AccessLog; standingOf: StandingOf },
): Promise<void> {
  const { door } = request.routeOptions.config
  if (!door || request.method === 'OPTIONS') return
  const ids = datasetsOf(door, request)
  if (ids.length === 0) {
    // A door to a dataset that was not named is still for some only.
    if ('account' in door && door.dataset !== undefined) guardAccountDoor(request)
    return
  }
  const startedMs = performance.now()
  const { principal } = request
  const action = actionOf(door)
  const decided = await Promise.all(ids.map(async (id) => standingOf(principal, id, action)))
  const makes = 'account' in door && door.makes === true
  const standings = decided.map((standing) =>
    standing && 'account' in door
      ? { ...standing, denial: denialAt(door, request, standing.denial) }
      : standing,
  )
  // In the order of the request. What is not there is refused here too: later, what else is wrong would be said first,
  // and of what is hidden it is not said.
  const denial = standings
    .map((standing, i) => (standing ? standing.denial : makes ? null : notFound('dataset', ids[i]!)))
    .find((found) => found !== null)
  const access = new Access()
  request.access = access
  const opened: OpenAccess[] = []
  const openings = ids.flatMap((datasetId, i) => {
    const standing = standings[i]
    return standing ? { principal, datasetId, action, standing, requestId: request.id } : []
  })
  try {
    for (const opening of openings) opened.push(log.open(opening))
  } catch (error) {
    for (const open of opened) open.close(notBegun)
    throw error
  }
  if (opened.length === 0) {
    if (denial) throw denial
    return
  }
  const waits = opened.flatMap(({ durable }) => durable ?? [])
  const state: Watched = {
    durable: waits.length > 0 ? Promise.all(waits) : null,
    isDurable: waits.length === 0,
    isBroken: false,
  }
  state.durable?.then(
    () => {
      state.isDurable = true
    },
    () => undefined,
  )
  watched.set(request, state)
  const measured = measure(reply.raw, request.method === 'HEAD', state)
  onceEnded(reply.raw, () => {
    const { raw } = reply
    const ended = {
      outcome: outcomeOf(raw, access, {
        isDenied: denial !== undefined,
        isStream: action === 'stream',
        isBroken: state.isBroken,
      }),
      status: raw.headersSent ? raw.statusCode : null,
      ms: Math.round(performance.now() - startedMs),
    }
    for (const [i, open] of opened.entries()) {
      const { rows, bytes, columns, filterHash } = access.of(openings[i]!.datasetId)
      open.close({ ...ended, rows, bytes: bytes ?? measured.bytes, columns, filterHash })
    }
  })
  if (denial) throw denial
  // Whoever takes over the connection sends its first byte without asking again.
  if (action === 'stream' || request.headers.accept?.includes('text/event-stream')) await state.durable
}

const notBegun: AccessClosing = {
  outcome: 'failed',
  status: null,
  rows: null,
  bytes: 0,
  ms: 0,
  columns: [],
  filterHash: null,
}

const actionOf = (door: Door): LoggedAction => ('action' in door ? door.action : 'manage')

/** Counts the bytes of the body. What is not public and not yet on disk in the log is cut rather than sent. */
function measure(raw: ServerResponse, isHead: boolean, state: Watched): { bytes: number } {
  const measured = { bytes: 0 }
  const { write, end } = raw
  const count = (chunk: unknown, encoding: unknown) => {
    if (isHead) return true
    const size =
      typeof chunk === 'string'
        ? Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
        : chunk instanceof Uint8Array
          ? chunk.byteLength
          : 0
    if (size > 0 && !state.isDurable && raw.statusCode < 400) {
      raw.destroy(new Error('The access log had not been written when the answer began.'))
      return false
    }
    measured.bytes += size
    return true
  }
  raw.write = ((chunk: unknown, encoding?: unknown, done?: unknown) =>
    count(chunk, encoding) &&
    write.call(raw, chunk as never, encoding as never, done as never)) as typeof write
  raw.end = ((chunk?: unknown, encoding?: unknown, done?: unknown) => {
    if (!count(chunk, encoding)) return raw
    return end.call(raw, chunk as never, encoding as never, done as never)
  }) as typeof end
  return measured
}

function onceEnded(raw: ServerResponse, ended: () => void): void {
  let isEnded = false
  const end = () => {
    if (isEnded) return
    isEnded = true
    ended()
  }
  raw.once('finish', end)
  raw.once('close', end)
}

function outcomeOf(
  raw: ServerResponse,
  { endedBy }: Access,
  { isDenied, isStream, isBroken }: { isDenied: boolean; isStream: boolean; isBroken: boolean },
): Outcome {
  const { statusCode } = raw
  if (endedBy === 'quota' || statusCode === 429) return 'over-quota'
  if (endedBy === 'revocation') return 'revoked'
  if (raw.headersSent && (isDenied || statusCode === 401 || statusCode === 403)) return 'refused'
  if (raw.headersSent && statusCode >= 400) return 'failed'
  if (isBroken || raw.errored) return 'failed'
  if (raw.writableFinished) return 'complete'
  // A stream has no end of its own: its reader leaves.
  return isStream && raw.headersSent ? 'complete' : 'cut'
}
