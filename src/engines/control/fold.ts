/**
 * The form of a text that searches compare: small letters without accents or doubled spaces, `œ` as `oe`. Kept in a
 * column of its own by whoever writes the text, as only one of the engines could compute it (`lower('É')`).
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replaceAll('ß', 'ss')
    .replace(/\s+/gu, ' ')
    .trim()
}

/** A pattern for `like … escape '\'` that finds texts holding `text`, whose own % and _ are plain. */
export function likeContaining(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}
