/** What went wrong on the way out, in words. */
import { cancelled, LacydonError } from '../errors.ts'

/** An address that is not asked, whatever it would answer. */
export const outboundRefused = (host: string, reason: string) =>
  new LacydonError('outbound_refused', 400, `${host.slice(0, 200)} is not asked: ${reason}.`, {
    help: 'Networks of your own are opened by the setting OUTBOUND_ALLOW.',
  })

export const outboundFailed = (message: string) => new LacydonError('outbound_failed', 502, message)

const words: Record<string, string> = {
  ECONNREFUSED: 'nothing answers there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it from here',
  ENETUNREACH: 'there is no network here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is its own',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is its own',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate names another host',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
  UND_ERR_BODY_TIMEOUT: 'it stopped in the middle of its answer',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_HEADERS_OVERFLOW: 'its headers are too long',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its answer is not as long as it said',
  Z_DATA_ERROR: 'its answer is packed wrongly',
  Z_BUF_ERROR: 'its packed answer ends too early',
}

/** Any failure of a question as an error of ours; `signal` is that of the caller. */
export function asProblem(error: unknown, signal: AbortSignal | undefined): LacydonError {
  if (error instanceof LacydonError) return error
  if (signal?.aborted) return cancelled()
  const { name, code, message, cause } = error as Error & { code?: string; cause?: unknown }
  if (name === 'TimeoutError')
    return new LacydonError('outbound_limit', 422, 'The answer took longer than is waited for.')
  if (cause instanceof LacydonError) return cause
  const key = code ?? (cause as { code?: string } | undefined)?.code ?? ''
  const text = words[key] ?? (key.startsWith('HPE_') ? 'it does not speak HTTP' : message.slice(0, 200))
  return new LacydonError('outbound_failed', 502, `No answer: ${text}.`, { details: { code: key } })
}
