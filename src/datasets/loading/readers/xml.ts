/** XML read as a stream of events, without document types, entities or anything from elsewhere. */
import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { SaxesParser } from 'saxes'
import { xmlDtdRefused } from '../format.ts'
import type { LoadLimits } from '../limits.ts'
import { damaged, refusal, tooLarge } from '../refusal.ts'

export interface XmlEvents {
  /** `name` without its prefix; attributes likewise. */
  open(name: string, attributes: Record<string, string>): void
  /** `text`: what stood directly inside, trimmed; `raw`: as it stood. */
  close(name: string, text: string, raw: string): void
  /** Text where it stands, for formats that mix it with elements; it may come in pieces. */
  text?(text: string): void
}

/**
 * Feeds the events of XML bytes (UTF-8). Throws for a DOCTYPE (`xml_dtd_refused`), for nesting beyond the limit, for a
 * text larger than a record may be, and for XML that is not well formed.
 */
export async function readXml(
  chunks: AsyncIterable<Buffer>,
  limits: LoadLimits,
  format: string,
  events: XmlEvents,
): Promise<void> {
  const parser = new SaxesParser({ xmlns: false })
  const texts: string[] = []
  parser.on('error', (error) => {
    throw damaged(format, error.message.replace(/^\d+:\d+: /, `line ${parser.line}: `).slice(0, 200))
  })
  parser.on('doctype', () => {
    throw xmlDtdRefused()
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (texts.length >= limits.depth * 4)
      throw refusal(
        'xml_depth',
        `This XML nests more than ${limits.depth * 4} levels deep.`,
        'Export it again with a common program.',
      )
    texts.push('')
    const own: Record<string, string> = {}
    for (const [key, value] of Object.entries(attributes)) own[localName(key)] = value
    events.open(localName(name), own)
  })
  const append = (text: string) => {
    const last = texts.length - 1
    if (last < 0) return
    events.text?.(text)
    texts[last] += text
    if (texts[last]!.length > limits.recordBytes) throw tooLarge('One text of this XML is too large.')
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', ({ name }) => {
    const raw = texts.pop()!
    events.close(localName(name), raw.trim(), raw)
  })
  const decoder = new StringDecoder('utf8')
  for await (const chunk of chunks) parser.write(decoder.write(chunk))
  parser.write(decoder.end())
  parser.close()
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1)

export const fileChunks = (path: string): AsyncIterable<Buffer> =>
  createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>
