/** Licences and formats as portals write them, and ours: the tables of data/portals. */
import { readCodeTable } from '../../package-root.ts'
import type { FoundFile } from '../contract.ts'
import { nameOf, webAddress } from './plain-text.ts'

const licences = new Map(readCodeTable('portals/licences.csv').map((row) => [row.written!, row]))
const formats = new Map(readCodeTable('portals/formats.csv').map((row) => [row.written!, row]))

/** What is the same licence or format however it is written. */
const plain = (text: string) =>
  text
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/^http:\/\/(?!publications\.europa\.eu)/, 'https://')
    .replace(/^https:\/\/(?!www\.)(etalab|apache)/, 'https://www.$1')
    .replace(/[/#]+$/, '')

/** Identifier and address of a licence from any of the texts that name it; as written where none is known. */
export function licenceOf(...written: unknown[]): { license: string; licenseUrl: string } {
  for (const text of written) {
    const known = licences.get(plain(nameOf(text)))
    if (known) return { license: known.id!, licenseUrl: known.url! }
  }
  const address = written.map((text) => webAddress(text)).find((url) => url !== '') ?? ''
  const name = written.map(nameOf).find((text) => text !== '' && webAddress(text) === '') ?? address
  return { license: name, licenseUrl: address }
}

const knownIds = new Set([...licences.values()].map(({ id }) => id))

/** Whether a licence was recognised. */
export const isKnownLicence = (license: string): boolean => knownIds.has(license)

interface Linked {
  url: string
  title: string
  /** All that may say its format: format, media type, name. */
  formats: readonly unknown[]
  /** False: documentation, an earlier state, a service. */
  isMain: boolean
}

function formatOf({ url, formats: written }: Linked): { format: string; rank: number } | undefined {
  const path = URL.canParse(url) ? new URL(url).pathname : ''
  const ending = /\.(csv\.gz|[a-z0-9]{2,8})$/i.exec(path)?.[1] ?? ''
  const words = [...written.map(nameOf), ending]
    .filter((text) => text !== '')
    .map((text) =>
      plain(text)
        .replace(/^\./, '')
        .replace(/^https:\/\/.*\/(file-type|media-types)\//, ''),
    )
  for (const word of words) {
    const known = formats.get(word)
    if (known) return { format: known.format!, rank: Number(known.rank) }
    // A service or a document says so, whatever its address ends with.
    if (/^(wms|wfs|wmts|api|html|pdf|web page|doc|docx|odt|png|jpe?g|tiff?)$/.test(word)) return undefined
  }
  return undefined
}

/**
 * Parts the links of a dataset into the files that hold its rows, best first, and the rest. One dataset stays one:
 * of several files only one becomes its rows.
 */
export function chooseFiles(links: readonly Linked[]): {
  files: FoundFile[]
  attachments: { title: string; url: string }[]
} {
  const candidates = links
    .map((link, place) => ({ link, place, known: formatOf(link) }))
    .filter(({ known, link }) => known && link.isMain)
    .sort((a, b) => a.known!.rank - b.known!.rank || a.place - b.place)
  // Files of one stem are the same rows in other formats; another stem is other data.
  const [best] = candidates
  const chosen = best ? candidates.filter((other) => stemOf(other.link) === stemOf(best.link)) : []
  return {
    files: chosen.map(({ link, known }) => ({
      url: link.url,
      format: known!.format,
      name: fileName(link, known!.format),
      isLinked: true,
    })),
    attachments: links
      .filter((link) => link !== best?.link)
      .map(({ title, url }) => ({ title: title || fileName({ url, title }, 'file'), url })),
  }
}

/** Name and title without their endings. */
const stemOf = ({ url, title }: Linked): string =>
  `${lastPart(url)} ${title}`
    .toLowerCase()
    .replace(/\.?\b(csv|geojson|json|xlsx|parquet|gpkg|shp|zip|kml|gz)\b/g, '')
    .trim()

function lastPart(url: string): string {
  if (!URL.canParse(url)) return ''
  const part = new URL(url).pathname.split('/').filter(Boolean).at(-1) ?? ''
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function fileName({ url, title }: { url: string; title: string }, format: string): string {
  const last = lastPart(url)
  if (/\.[a-z0-9]{2,8}$/i.test(last)) return last.slice(-200)
  return `${(title || last || 'data').slice(0, 150)}.${format}`
}

const frequencies = new Map(
  readCodeTable('portals/frequencies.csv').map(({ written, duration }) => [written!, duration!]),
)

/** ISO 8601 duration of a frequency as portals write it; empty for what is none. */
export function updateEveryOf(written: unknown): string {
  const text = nameOf(written)
  if (/^P(?=\d|T\d)(\d+[YMWD])*(T(\d+[HMS])*)?$/.test(text)) return text
  const last = text.split(/[/#]/).at(-1) ?? ''
  return frequencies.get(last.toLowerCase()) ?? ''
}
