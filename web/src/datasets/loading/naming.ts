import { fold } from '../catalogue/words.ts'

const most = 60

/** An identifier from the name of a file: letters, digits and hyphens, without its endings. */
export function identifierOf(fileName: string): string {
  const name = fileName.replace(
    /(\.(csv|tsv|txt|xlsx|json|ndjson|jsonl|geojson|parquet|arrow|gpx|kml|kmz|zip|gz|gpkg|fgb))+$/i,
    '',
  )
  return fold(name)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, most)
    .replace(/^-+|-+$/g, '')
}

export const isIdentifier = (text: string): boolean =>
  text.length <= 80 && /^[a-z][a-z0-9]*(?:[-_]+[a-z0-9]+)*$/.test(text)

/** A title from the name of a file: its words, the first with a capital. */
export function titleOf(fileName: string): string {
  const words = fileName
    .replace(/\.[^.]+$/, '')
    .replace(/[_-]+/g, ' ')
    .trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
