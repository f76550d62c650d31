/**
 * The one family of errors. Slices throw these; `http/` maps them to problem+json, the command line to one
 * sentence and an exit code. `help` says what the reader can do about it.
 */
export class LacydonError extends Error {
  readonly code: string
  readonly status: number
  readonly help: string | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(
    code: string,
    status: number,
    message: string,
    options: { help?: string; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LacydonError'
    this.code = code
    this.status = status
    this.help = options.help
    this.details = options.details
  }
}

export const notFound = (kind: string, id: string) =>
  new LacydonError('not_found', 404, `There is no ${kind} “${id}” here.`, { details: { kind, id } })

export const invalidInput = (message: string, help?: string, details?: Record<string, unknown>) =>
  new LacydonError('invalid_input', 400, message, { help, details })

/** A setting that cannot be used: stops the start with this one sentence. */
export const invalidSetting = (name: string, value: string, expected: string) =>
  new LacydonError('invalid_setting', 400, `${name} is “${value}”: write ${expected}.`, { details: { name } })

export const conflict = (message: string, help?: string) =>
  new LacydonError('conflict', 409, message, { help })

export const tooExpensive = (message: string, help?: string) =>
  new LacydonError('query_too_expensive', 422, message, { help })

/** Too many requests wait for an engine: the client should come back after `retryAfterS` seconds. */
export const overloaded = (message: string, retryAfterS: number) =>
  new LacydonError('overloaded', 503, message, { details: { retryAfterS } })

export const unavailable = (message: string, help?: string) =>
  new LacydonError('unavailable', 503, message, { help })

/** The client left or the caller gave up: nobody reads the answer. */
export const cancelled = (message = 'The request was cancelled by the caller.') =>
  new LacydonError('cancelled', 499, message)
