/** What a person may say of how a text is written. Pure. */
import { invalidInput } from '../../errors.ts'
import { type TextLayout, textEncodings } from './schema.ts'

/** Throws `invalid_input` for a layout by which no text could be read. */
export function checkLayout({ encoding, delimiter, quote, skipLines, hasHeader }: TextLayout): void {
  if (encoding !== 'mixed' && !textEncodings.some((name) => name === encoding))
    throw invalidInput(
      `“${encoding.slice(0, 40)}” is no encoding that is known here.`,
      `Write one of ${textEncodings.join(', ')}.`,
    )
  for (const mark of [delimiter, quote])
    if (mark !== null && !/^[\t\x20-\x7e]$/.test(mark))
      throw invalidInput('A delimiter and a quote are one character of ASCII each.')
  if (delimiter === quote) throw invalidInput('The delimiter cannot be the quote as well.')
  if (/[\w+-]/.test(delimiter)) throw invalidInput('A letter, a digit or a sign cannot part the cells.')
  if (hasHeader && skipLines === 0)
    throw invalidInput('A header is a line before the first row: skipLines is 0.')
}
