/** Lists of texts in one parameter of an address: `;` between, `\` before a `;` or `\` of the text itself. */

export const joinList = (items: readonly string[]): string | undefined =>
  items.length === 0 ? undefined : items.map((item) => item.replace(/[\\;]/g, '\\$&')).join(';')

export function splitList(text: string | undefined): string[] {
  if (!text) return []
  const items: string[] = []
  let item = ''
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && i + 1 < text.length) item += text[++i]
    else if (text[i] === ';') {
      items.push(item)
      item = ''
    } else item += text[i]
  }
  return [...items, item].filter((one) => one !== '')
}

/** The list with `item` added at its end, or taken out when it is there. */
export const toggleItem = (items: readonly string[], item: string): string[] =>
  items.includes(item) ? items.filter((other) => other !== item) : [...items, item]
