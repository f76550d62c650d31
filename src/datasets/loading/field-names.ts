/** Legal, unique field names from whatever stands above a column. */

const maxLength = 64

/** Names that clients of the Explore API or the engines use for something else. */
const reserved = new Set(['recordid', 'rowid'])

/**
 * A name of `[a-z0-9_]`, at most 64 long, from a text: letters without accents, everything else an underscore.
 * `fallback` when nothing is left.
 */
export function legalName(text: string, fallback: string): string {
  const plain = text
    .replaceAll('œ', 'oe')
    .replaceAll('Œ', 'oe')
    .replaceAll('æ', 'ae')
    .replaceAll('ß', 'ss')
    .replace(/\bn°\s*/gi, 'numero ')
    .replaceAll('°', ' deg ')
    .replaceAll('%', ' pct ')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/([a-z]{2})([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  const name = plain === '' ? fallback : /^\d/.test(plain) || reserved.has(plain) ? `c_${plain}` : plain
  return name.slice(0, maxLength).replace(/_+$/, '')
}

/** `name`, or with the first number that makes it new; added to `used`. */
export function uniqueName(name: string, used: Set<string>): string {
  let unique = name
  for (let n = 2; used.has(unique); n++) {
    const suffix = `_${n}`
    unique = name.slice(0, maxLength - suffix.length) + suffix
  }
  used.add(unique)
  return unique
}

/**
 * Names by which a plan refers to the columns of a file: as written, trimmed, made unique, `column 3` where there is
 * none. Control characters and marks that turn the direction of writing become spaces.
 */
export function columnKeys(header: readonly string[]): string[] {
  const used = new Set<string>()
  return header.map((text, i) => {
    const clean = text
      .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
      .trim()
      .slice(0, 500)
    const key = clean === '' ? `column ${i + 1}` : clean
    let unique = key
    for (let n = 2; used.has(unique); n++) unique = `${key} (${n})`
    used.add(unique)
    return unique
  })
}
