/** What the server says in English, in the reader's language: known by its sentences, whatever fills them. */
import french from '../../locales/server.fr.json'

interface Known {
  pattern: RegExp
  /** `{1}` is what stood in the first hole; `{1|ligne|lignes}` goes by its number. */
  words: string
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const fixedLength = (template: string) => template.replaceAll('{}', '').length

/** The sentence that says most comes first: `only {} and {}` before `only {}`. */
const known: readonly Known[] = Object.entries(french)
  .sort(([a], [b]) => fixedLength(b) - fixedLength(a))
  .map(([template, words]) => ({
    pattern: new RegExp(`^${template.split('{}').map(escaped).join('(.*?)')}$`, 's'),
    words,
  }))

const isOne = (count: string) => Math.abs(Number(count)) < 2
const largeNumber = /^\d{5,15}$/

const part = String.raw`((?:[^|{}]|\{\d\})*)`
const choice = new RegExp(String.raw`\{(\d)\|${part}\|${part}\}`, 'g')

function fill(words: string, values: readonly string[]): string {
  const valueAt = (n: string) => values[Number(n) - 1] ?? ''
  return words
    .replace(choice, (_, n: string, one: string, many: string) => (isOne(valueAt(n)) ? one : many))
    .replace(/\{(\d)\}/g, (_, n: string) =>
      largeNumber.test(valueAt(n)) ? Number(valueAt(n)).toLocaleString('fr') : inFrench(valueAt(n)),
    )
}

/** Parts that the server strings together: one sentence after another, or `…; …`. */
const seams = [
  { cut: /(?<=\.) (?=[A-Z“])/, join: ' ' },
  { cut: /; /, join: '\u00a0; ' },
]

/** The French of an English sentence of the server; the text itself where it is none. */
export const inFrench = (text: string): string => translate(text) ?? text

function translate(text: string): string | undefined {
  for (const { cut, join } of seams) {
    const parts = text.split(cut)
    const said = parts.length > 1 ? parts.map(translate) : []
    if (said.length > 0 && said.every((words) => words !== undefined)) return said.join(join)
  }
  for (const { pattern, words } of known) {
    const found = pattern.exec(text)
    if (found) return fill(words, found.slice(1))
  }
  // A reason that stands as a sentence.
  const reason = text.endsWith('.') ? translate(text.slice(0, -1)) : undefined
  return reason === undefined ? undefined : `${reason}.`
}
