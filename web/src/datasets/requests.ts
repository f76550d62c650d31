import { HttpError } from '../ui/http.ts'

/** A refusal with what can be done about it, and for a condition the place where it is wrong. */
export class Refusal extends HttpError {
  readonly code: string | undefined
  readonly help: string | undefined
  /** Where the condition cannot be understood, in characters from its start. */
  readonly position: number | undefined
  constructor(status: number, message: string, more: { code?: string; help?: string; position?: number }) {
    super(status, message)
    this.name = 'Refusal'
    this.code = more.code
    this.help = more.help
    this.position = more.position
  }
}

export interface RefusalBody {
  title?: string
  message?: string
  detail?: string
  code?: string
  error_code?: string
  help?: string | null
  position?: number
  clause?: string
}

/** Both families of the server's errors: problem+json, and those of the Explore API. */
export function refusalOf(status: number, statusText: string, body: RefusalBody): Refusal {
  return new Refusal(status, body.message ?? body.title ?? body.detail ?? statusText, {
    code: body.code ?? body.error_code,
    help: body.help ?? undefined,
    position: body.clause === 'where' ? body.position : undefined,
  })
}

/** Asks our own server; `body` is sent as JSON. Throws {@link Refusal}, or TypeError when it cannot be reached. */
export async function readJson<T>(
  path: string,
  { method = 'GET', body, signal }: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const headers = {
    accept: 'application/json',
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const response = await fetch(path, {
    method,
    headers,
    signal,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (response.ok) return response.status === 204 ? (undefined as T) : response.json()
  throw refusalOf(response.status, response.statusText, await response.json().catch(() => ({})))
}
