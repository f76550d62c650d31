import { isLanguage, type Language } from '../../ui/language.ts'
import { type ToldCode, toldCodeOf } from '../refusal-words.ts'
import { returnPathOf } from '../return-path.ts'

export const notices = ['erased', 'ended', 'password', 'setup'] as const
export type Notice = (typeof notices)[number]

/** What the page of signing in is told by its address. */
export interface SignInAddress {
  lang?: Language
  /** The page to go to afterwards. */
  returnTo?: string
  /** Why signing in at a provider did not work. */
  error?: ToldCode
  /** What was done just before. */
  done?: Notice
}

/**
 * Reads an address; what cannot be understood is undefined, and says so: a name that is left out would keep what the
 * address has.
 */
export const readSignInAddress = (raw: Record<string, unknown>): SignInAddress => ({
  lang: isLanguage(raw.lang) ? raw.lang : undefined,
  returnTo: returnPathOf(raw.returnTo),
  error: toldCodeOf(raw.error) ?? (raw.error === undefined ? undefined : 'provider_refused'),
  done: notices.find((known) => known === raw.done),
})
