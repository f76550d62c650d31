/** Words of other catalogues as ours: texts of any shape, HTML without its tags. Pure, and linear in its input. */

const maxText = 50_000
const maxItem = 300
const maxItems = 200

/** Characters that no text of ours holds: U+0000 would cut it in a database, others turn its direction. */
const cleaned = (text: string): string => text.toWellFormed().replace(/[^\P{C}\n\t]/gu, '')

/** The text in a value that may be one, a number, or an object with a text for each language; otherwise empty. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return cleaned(value.slice(0, maxText)).trim()
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ''
  const { fr, en, default: any } = value as Record<string, unknown>
  for (const choice of [fr, en, any, ...Object.values(value)])
    if (typeof choice === 'string' && choice.trim() !== '') return textOf(choice)
  return ''
}

/** One line: what may name something. */
export const nameOf = (value: unknown): string => textOf(value).replace(/\s+/g, ' ').slice(0, maxItem)

/** Distinct texts of a list, or of one text; objects give their name. */
export function namesOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
  const names = list
    .slice(0, maxItems)
    .map((item) =>
      nameOf(
        typeof item === 'object' && item !== null && !Array.isArray(item)
          ? ((item as Record<string, unknown>).display_name ??
              (item as Record<string, unknown>).title ??
              (item as Record<string, unknown>).name ??
              item)
          : item,
      ),
    )
  return [...new Set(names.filter((name) => name !== ''))]
}

/** A web address in a value; empty for anything else, scripts and files of this machine among it. */
export function webAddress(value: unknown, base?: string): string {
  const text = textOf(value)
  if (text === '' || text.length > 4_000) return ''
  if (!URL.canParse(text, base)) return ''
  const url = new URL(text, base)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : ''
}

const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  eacute: 'é',
  egrave: 'è',
  ecirc: 'ê',
  agrave: 'à',
  acirc: 'â',
  ccedil: 'ç',
  ocirc: 'ô',
  ucirc: 'û',
  ugrave: 'ù',
  icirc: 'î',
  iuml: 'ï',
  euml: 'ë',
  oelig: 'œ',
  rsquo: '’',
  laquo: '«',
  raquo: '»',
  hellip: '…',
  euro: '€',
  deg: '°',
}

function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (name[0] !== '#') return named[name.toLowerCase()] ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code < 0x110000 && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : ''
  })
}

const breaks = /^\/?(p|br|li|ul|ol|div|tr|table|h[1-6]|section|article|blockquote)\b/i
const silent = /^(script|style|head|template|svg|iframe)\b/i

/** The words of an HTML text with its paragraphs; what is no HTML stays as it is. */
export function plainText(value: unknown): string {
  const text = textOf(value)
  if (!text.includes('<') && !text.includes('&')) return text
  const parts: string[] = []
  const lower = text.toLowerCase()
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('<', at)
    if (open < 0) {
      parts.push(text.slice(at))
      break
    }
    parts.push(text.slice(at, open))
    const close = text.indexOf('>', open)
    // A lone “<” is a sign, not a tag.
    if (close < 0 || !/[a-z/!]/i.test(text[open + 1] ?? '')) {
      parts.push('<')
      at = open + 1
      if (close < 0) {
        parts.push(text.slice(at))
        break
      }
      continue
    }
    const tag = text.slice(open + 1, close)
    if (breaks.test(tag)) parts.push(/^li\b/i.test(tag) ? '\n- ' : '\n')
    at = close + 1
    const quiet = silent.exec(tag)
    if (quiet) {
      const end = lower.indexOf(`</${quiet[1]!.toLowerCase()}`, at)
      at = end < 0 ? text.length : end
    }
  }
  return decodeEntities(parts.join(''))
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** Small letters, digits and hyphens that begin with a letter, at most `maxLength`; `dataset` when nothing is left. */
export function slugOf(text: string, maxLength = 70): string {
  const plain = text
    .slice(0, 400)
    .replaceAll(/[œŒ]/g, 'oe')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const named = plain === '' ? 'dataset' : /^\d/.test(plain) ? `d-${plain}` : plain
  return named.slice(0, maxLength).replace(/-+$/, '')
}
