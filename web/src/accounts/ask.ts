import { HttpError } from '../ui/http.ts'

/** A refusal of the server: `code` is stable, `detail` is its English sentence. */
export class Denied extends HttpError {
  readonly code: string
  readonly help: string | undefined
  /** Seconds until a next attempt makes sense. */
  readonly retryAfterS: number | undefined

  constructor(status: number, message: string, more: { code: string; help?: string; retryAfterS?: number }) {
    super(status, message)
    this.name = 'Denied'
    this.code = more.code
    this.help = more.help
    this.retryAfterS = more.retryAfterS
  }
}

interface ProblemBody {
  title?: string
  code?: string
  help?: string
  retryAfterS?: number
}

/** Asks our own server; `body` is sent as JSON. Throws {@link Denied}, or TypeError when it cannot be reached. */
export async function ask<T>(
  path: string,
  { method = 'GET', body, signal }: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const response = await fetch(path, {
    method,
    signal,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (response.ok) return response.json()
  const problem: ProblemBody = await response.json().catch(() => ({}))
  throw new Denied(response.status, problem.title ?? response.statusText, {
    code: problem.code ?? 'refused',
    help: problem.help,
    retryAfterS: problem.retryAfterS,
  })
}
