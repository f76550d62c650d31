import { Denied } from './ask.ts'

/** Refusals whose words are our own in every language; others are said as the server says them. */
export const toldCodes = [
  'sign_in_failed',
  'code_required',
  'code_wrong',
  'token_wrong',
  'wrong_person',
  'password_wrong',
  'sign_in_again',
  'no_account',
  'provider_refused',
  'login_required',
  'not_allowed',
  'other_site_refused',
  'writing_refused',
  'unauthorized',
  'not_found',
  'internal',
] as const
export type ToldCode = (typeof toldCodes)[number]

export const toldCodeOf = (code: unknown): ToldCode | undefined => toldCodes.find((known) => known === code)

/** What an error means for the reader: which sentence to say. */
export type Meaning =
  | { kind: 'told'; code: ToldCode }
  | { kind: 'wait'; seconds: number }
  | { kind: 'said'; sentences: string[] }
  | { kind: 'unreachable' }

export function meaningOf(error: unknown): Meaning {
  if (!(error instanceof Denied)) return { kind: 'unreachable' }
  if (error.code === 'too_many_attempts' && error.retryAfterS !== undefined)
    return { kind: 'wait', seconds: error.retryAfterS }
  const code = toldCodeOf(error.code)
  if (code) return { kind: 'told', code }
  return { kind: 'said', sentences: [error.message, ...(error.help ? [error.help] : [])] }
}
