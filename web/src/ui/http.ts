/** A refusal of the server, with the sentence of its problem+json when it gave one. */
export class HttpError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'HttpError'
    this.status = status
  }
}

/** Reads JSON of our own server; throws {@link HttpError} on a refusal, TypeError when it cannot be reached. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal, headers: { accept: 'application/json' } })
  if (!response.ok) {
    const problem: { detail?: string; title?: string } = await response.json().catch(() => ({}))
    throw new HttpError(response.status, problem.detail ?? problem.title ?? response.statusText)
  }
  return response.json()
}
