/** The texts that a TypeScript source holds between quotes; what is filled into a template is `{}`. */
export function literalsOf(source: string): string[] {
  const found: string[] = []
  let at = 0

  const skipPast = (end: string) => {
    const next = source.indexOf(end, at)
    at = next < 0 ? source.length : next + end.length
  }
  const readQuoted = (quote: string) => {
    let text = ''
    for (at++; at < source.length && source[at] !== quote; at++) {
      if (source[at] === '\\') at++
      text += source[at]
    }
    at++
    found.push(text)
  }
  const readTemplate = () => {
    let text = ''
    at++
    while (at < source.length && source[at] !== '`') {
      if (source.startsWith('${', at)) {
        at += 2
        readCode('}')
        text += '{}'
      } else {
        if (source[at] === '\\') at++
        text += source[at++]
      }
    }
    at++
    found.push(text)
  }
  const skipPattern = () => {
    let isInSet = false
    for (at++; at < source.length && (isInSet || source[at] !== '/'); at++) {
      if (source[at] === '\\') at++
      else if (source[at] === '[') isInSet = true
      else if (source[at] === ']') isInSet = false
    }
    at++
  }
  const readCode = (until?: string) => {
    let depth = 0
    for (let last = ''; at < source.length; ) {
      const letter = source[at]!
      if (letter === until && depth === 0) {
        at++
        return
      }
      if (letter === '{') depth++
      if (letter === '}') depth--
      if (source.startsWith('//', at)) skipPast('\n')
      else if (source.startsWith('/*', at)) skipPast('*/')
      else if (letter === '/' && /^[(,=:[!&|?{};]?$/.test(last)) skipPattern()
      else if (letter === "'" || letter === '"') readQuoted(letter)
      else if (letter === '`') readTemplate()
      else at++
      if (letter.trim()) last = letter
    }
  }
  readCode()
  return found
}
