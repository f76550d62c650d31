import { invalidInput } from './errors.ts'

/**
 * JSON with one way to write each value, so that its hash means the value: the JSON Canonicalization Scheme (RFC 8785).
 * Keys are sorted by UTF-16 code units and members that are undefined left out. Throws `invalid_input` for what JSON
 * cannot say: numbers that are not finite, text with half a surrogate pair, other types.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return textJson(value)
    case 'number':
      if (!Number.isFinite(value)) throw invalidInput('A number that is not finite has no canonical form.')
      // ECMAScript writes numbers as the scheme asks for (§3.2.2.3).
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      return value === null ? 'null' : compoundJson(value)
    default:
      throw invalidInput(`A ${typeof value} has no canonical form.`)
  }
}

function compoundJson(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  let text = ''
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key]
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${textJson(key)}:${canonicalJson(member)}`
  }
  return `{${text}}`
}

function textJson(text: string): string {
  if (!text.isWellFormed()) throw invalidInput('Text with half a surrogate pair has no canonical form.')
  return JSON.stringify(text)
}
