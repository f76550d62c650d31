/** What a file is, by its first bytes and never by its name. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.ts'
import { refusal } from './refusal.ts'
import { markOf } from './text-encoding.ts'

export type Format =
  | 'csv'
  | 'json'
  | 'ndjson'
  | 'geojson'
  | 'xlsx'
  | 'ods'
  | 'parquet'
  | 'arrow'
  | 'gpx'
  | 'kml'
  | 'shapefile'
  | 'geopackage'
  | 'flatgeobuf'

/** Formats that are looked at further: what is inside decides. */
export type Found = Format | 'zip' | 'gzip' | 'zstd'

/** How many bytes `formatOf` wants to see. */
export const headBytes = 1 << 18

interface Magic {
  bytes: string
  found?: Found
  code?: string
  says?: string
  todo?: string
}

/** First bytes in hexadecimal; `..` is any byte. */
const magics: Magic[] = JSON.parse(
  readFileSync(join(packageRoot, 'data', 'loading', 'signatures.json'), 'utf8'),
).signatures

const matches = (head: Buffer, { bytes }: Magic) => {
  for (let i = 0; i < bytes.length; i += 2) {
    const byte = bytes.slice(i, i + 2)
    if (byte !== '..' && head[i / 2] !== Number.parseInt(byte, 16)) return false
  }
  return true
}

/**
 * The format of a file from its beginning (`headBytes` of it, or all). Throws a refusal that names what it is and says
 * what to do when it is no table.
 */
export function formatOf(head: Buffer): Found {
  if (head.length === 0)
    throw refusal(
      'empty_file',
      'This file is empty (0 bytes).',
      'Export or download it again; the transfer may have failed.',
    )
  const magic = magics.find((candidate) => matches(head, candidate))
  if (magic?.found) return magic.found
  if (magic) throw refusal(magic.code!, magic.says!, magic.todo!)
  const mark = markOf(head)
  const text = new TextDecoder(mark?.encoding ?? 'utf-8').decode(head.subarray(mark?.markBytes ?? 0))
  if (!mark && head.subarray(0, 4_096).filter((byte) => byte === 0).length > 0)
    throw refusal(
      'binary_unknown',
      'This is a binary file of a kind that is not known here.',
      'Export it as CSV, XLSX, GeoJSON, GeoPackage or Parquet.',
    )
  return formatOfText(text)
}

function formatOfText(text: string): Format {
  const start = text.trimStart()
  if (start === '')
    throw refusal('empty_file', 'This file holds nothing but blanks.', 'Export or download it again.')
  if (/^version https:\/\/git-lfs\.github\.com\/spec\//.test(start))
    throw refusal(
      'lfs_pointer',
      'This is a Git LFS pointer, not the file it stands for.',
      'Run “git lfs pull” where it comes from and send the real file.',
    )
  if (/^<{7} .*$[\s\S]*^={7}$/m.test(text))
    throw refusal(
      'git_conflict',
      'This file holds an unresolved Git conflict (<<<<<<<).',
      'Resolve the conflict and send the file again.',
    )
  if (start.startsWith('<')) return formatOfXml(start)
  if ('{[\u001e'.includes(start[0]!)) return formatOfJson(start)
  if (/^\{\\rtf/.test(start))
    throw refusal('document', 'This is a text document (RTF), not a table.', 'Save the table as CSV.')
  return 'csv'
}

function formatOfXml(start: string): Format {
  const root = /<(?![?!])\s*(?:[\w.-]+:)?([\w.-]+)/
    .exec(start.replace(/<!--[\s\S]*?-->/g, ''))?.[1]
    ?.toLowerCase()
  if (/^<!doctype html/i.test(start) || root === 'html' || root === 'head' || root === 'body')
    throw refusal(
      'html_page',
      'This is a web page (HTML), often an error or login page saved in place of the file.',
      'Open the address in a browser and download the data file itself.',
    )
  if (/<!DOCTYPE/i.test(start.slice(0, 10_000))) throw xmlDtdRefused()
  if (root === 'gpx') return 'gpx'
  if (root === 'kml') return 'kml'
  throw refusal(
    'xml_unknown',
    `This is an XML file (<${root ?? '?'}>) of a kind that is not known here.`,
    'KML and GPX are read; export anything else as GeoJSON, GeoPackage or CSV.',
  )
}

export const xmlDtdRefused = () =>
  refusal(
    'xml_dtd_refused',
    'This XML declares a document type (DOCTYPE), which can make readers open other files.',
    'Remove the <!DOCTYPE …> declaration and send it again.',
  )

function formatOfJson(start: string): Format {
  if (start.startsWith('\u001e')) return 'ndjson'
  if (start.startsWith('[')) {
    // A CSV may begin with a bracket; a JSON list goes on with a value.
    return /^\[\s*(?:[[{"\]\d-]|true|false|null)/.test(start) ? 'json' : 'csv'
  }
  if (!/^\{\s*(?:"|\})/.test(start)) return 'csv'
  const lineEnd = start.search(/\r?\n/)
  if (lineEnd > 0 && isJson(start.slice(0, lineEnd)) && /^\s*[{[]/.test(start.slice(lineEnd))) return 'ndjson'
  return /"type"\s*:\s*"(?:FeatureCollection|Feature)"/.test(start.slice(0, 10_000)) ? 'geojson' : 'json'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
