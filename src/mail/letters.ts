/** Texts of mails, from data/mail/letters.json. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'

type LetterName = 'reset' | 'invitation' | 'expiry' | 'break-glass'

const letters: Record<LetterName, { subject: string; text: string[] }> = JSON.parse(
  readFileSync(join(packageRoot, 'data/mail/letters.json'), 'utf8'),
)

/** A letter with its places filled; values go on one line each. */
export function letter(name: LetterName, values: Record<string, string>): { subject: string; text: string } {
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, place: string) => (values[place] ?? '').replace(/\s+/g, ' '))
  const { subject, text } = letters[name]
  return { subject: fill(subject), text: text.map(fill).join('\n') }
}
