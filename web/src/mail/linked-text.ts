export interface TextPart {
  text: string
  isLink: boolean
}

const address = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g

/** A text cut where addresses of the web stand in it. Joined again, the parts are the text. */
export function linkedText(text: string): TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (const found of text.matchAll(address)) {
    if (found.index > at) parts.push({ text: text.slice(at, found.index), isLink: false })
    parts.push({ text: found[0], isLink: true })
    at = found.index + found[0].length
  }
  if (at < text.length) parts.push({ text: text.slice(at), isLink: false })
  return parts
}
