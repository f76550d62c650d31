/** Patterns of days and times in cells, such as `dd/MM/yyyy HH:mm`, and what they are for strptime. */
import { invalidInput } from '../../errors.ts'

const directives: Record<string, string> = {
  yyyy: '%Y',
  yy: '%y',
  MMMM: '%B',
  MMM: '%b',
  MM: '%m',
  M: '%-m',
  dd: '%d',
  d: '%-d',
  HH: '%H',
  H: '%-H',
  hh: '%I',
  h: '%-I',
  mm: '%M',
  m: '%-M',
  ss: '%S',
  s: '%-S',
  SSS: '%g',
  SSSSSS: '%f',
  a: '%p',
  XXX: '%z',
  XX: '%z',
  X: '%z',
}

/**
 * The strptime format of a pattern; letters in single quotes stand for themselves. Throws `invalid_input` for a letter
 * that means nothing here.
 */
export function strptimeFormat(pattern: string): string {
  let format = ''
  for (const [token, quoted] of pattern.matchAll(/'([^']*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g)) {
    if (quoted !== undefined) format += quoted.replaceAll('%', '%%')
    else if (/^[A-Za-z]/.test(token)) {
      const directive = directives[token]
      if (!directive) throw invalidInput(`“${token}” in the pattern “${pattern}” is no part of a date.`)
      format += directive
    } else format += token.replaceAll('%', '%%')
  }
  return format
}

/** Whether the text of a cell tells its own offset from UTC. */
export const hasOffset = (pattern: string): boolean => strptimeFormat(pattern).includes('%z')
