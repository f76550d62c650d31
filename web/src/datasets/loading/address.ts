import { isLanguage, type Language } from '../../ui/language.ts'

/** Where a load stands is in its address: reload, share and back give the same step. */
export interface LoadAddress {
  lang?: Language
  /** The dataset that gets a new version; absent: a new dataset. */
  dataset?: string
  /** The dataset is being made by this load: nobody can look it up yet. */
  new?: true
  /** The load under way. */
  load?: string
  /** The load whose rejected rows the next file corrects. */
  corrects?: string
}

const id = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && /^[\w.:-]{1,100}$/.test(String(value))
    ? String(value)
    : undefined

/** Reads an address; what cannot be understood is left out. */
export function readLoadAddress(raw: Record<string, unknown>): LoadAddress {
  const address: LoadAddress = {
    lang: isLanguage(raw.lang) ? raw.lang : undefined,
    dataset: id(raw.dataset),
    load: id(raw.load),
    corrects: id(raw.corrects),
    new: raw.new === '1' || raw.new === true ? true : undefined,
  }
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined))
}
