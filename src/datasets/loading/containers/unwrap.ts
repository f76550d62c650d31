/** Takes a file out of its gzip, Zstandard or zip, and tells what it is. */
import { closeSync, createReadStream, createWriteStream, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type Format, formatOf, headBytes } from '../format.ts'
import type { LoadLimits } from '../limits.ts'
import { archiveLimit, damaged, refusal, tooLarge } from '../refusal.ts'
import { checkRatio, ZipArchive, type ZipEntry } from './zip-archive.ts'
import { unzstd } from './zstd.ts'

export interface Unwrapped {
  format: Format
  /** The data file; for XLSX, Shapefile and KMZ the archive itself. */
  path: string
  /** Formats that live in a zip. */
  archive?: ZipArchive
  notes: string[]
}

/** The first bytes of a file. */
export const headOf = (path: string): Buffer => bytesAt(path, 0, headBytes)

/** Bytes of a file from an offset on, fewer at its end. */
export function bytesAt(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset))
  } finally {
    closeSync(file)
  }
}

const nested = () =>
  refusal(
    'nested_archive',
    'This archive holds another archive.',
    'Unpack the outer one and send what is inside.',
  )

/**
 * Opens a file: a data file itself, or one inside a gzip, Zstandard or zip. What is unpacked goes to `folder`. Throws a refusal
 * for what is no table, for archives in archives, and for those that unpack to more than they may.
 */
export async function unwrap(path: string, folder: string, limits: LoadLimits): Promise<Unwrapped> {
  if (statSync(path).size > limits.fileBytes)
    throw tooLarge(`This file is larger than ${Math.floor(limits.fileBytes / 1024 ** 2)} MB.`)
  const found = formatOf(headOf(path))
  if (found === 'gzip') {
    const inner = join(folder, 'unpacked')
    await gunzip(path, inner, limits)
    return openInner(inner, ['It was packed with gzip.'])
  }
  if (found === 'zstd') {
    const inner = join(folder, 'unpacked')
    await unzstd(path, inner, limits)
    return openInner(inner, ['It was packed with Zstandard.'])
  }
  if (found !== 'zip') return { format: found, path, notes: [] }
  const archive = ZipArchive.open(path, limits)
  const known = await formatOfArchive(archive)
  if (known) return { format: known, path, archive, notes: [] }
  const entry = onlyDataFile(archive)
  const inner = join(folder, 'unpacked')
  await pipeline(archive.read(entry), createWriteStream(inner, { mode: 0o600 }))
  return openInner(inner, [`It was read from “${entry.name.slice(-200)}” of a zip archive.`])
}

function openInner(path: string, notes: string[]): Unwrapped {
  const format = formatOf(headOf(path))
  if (format === 'zip' || format === 'gzip' || format === 'zstd') throw nested()
  return { format, path, notes }
}

async function gunzip(path: string, to: string, limits: LoadLimits): Promise<void> {
  const packed = statSync(path).size
  let unpacked = 0
  try {
    await pipeline(
      createReadStream(path),
      createGunzip(),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          unpacked += chunk.length
          if (unpacked > limits.unpackedBytes)
            throw archiveLimit(`it holds more than ${Math.ceil(limits.unpackedBytes / 1024 ** 2)} MB`)
          checkRatio(unpacked, packed, limits)
          yield chunk
        }
      },
      createWriteStream(to, { mode: 0o600 }),
    )
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code?.startsWith('Z_')) throw damaged('gzip', 'it is cut short or not what it says')
    throw error
  }
}

/** Formats that are zips of several files. */
async function formatOfArchive(archive: ZipArchive): Promise<Format | undefined> {
  if (archive.find(/^xl\/workbook\.(xml|bin)$/i)) return 'xlsx'
  if (archive.find(/\.shp$/i)) return 'shapefile'
  if (archive.find(/^doc\.kml$/i)) return 'kml'
  const kind = archive.find('mimetype')
  if (kind && archive.find('content.xml')) {
    if (/^application\/vnd\.oasis\.opendocument\.spreadsheet/.test(await beginningOf(archive, kind)))
      return 'ods'
    throw refusal(
      'open_document',
      'This is an OpenDocument text, drawing or presentation, not a table.',
      'Save its table as ODS, XLSX or CSV and send that.',
    )
  }
  if (archive.find(/^word\//) || archive.find(/^ppt\//))
    throw refusal(
      'document',
      'This is a Word or PowerPoint document, not a table.',
      'Save its table as CSV or XLSX.',
    )
  if (archive.find(/(^|\/)stop_times\.txt$/))
    throw refusal(
      'gtfs',
      'This is a GTFS timetable: several tables that belong together.',
      'Load one of its files alone, such as stops.txt.',
    )
  return undefined
}

async function beginningOf(archive: ZipArchive, entry: ZipEntry): Promise<string> {
  for await (const chunk of archive.read(entry)) return chunk.toString('latin1', 0, 200)
  return ''
}

const litter = /(^|\/)(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|\._)/
const companions = /\.(md|pdf|html?|docx?|rtf|xml|png|jpe?g)$|(^|\/)(readme|licen[cs]e|lisez|notice)/i

function onlyDataFile(archive: ZipArchive): ZipEntry {
  const files = archive.entries.filter(
    ({ name, isLink }) => !name.endsWith('/') && !litter.test(name) && !isLink,
  )
  const data = files.length === 1 ? files : files.filter(({ name }) => !companions.test(name))
  if (data.length === 1) return data[0]!
  if (data.length === 0)
    throw refusal(
      'archive_empty',
      'This zip archive holds no data file.',
      'Put the data file in it, or send the file itself.',
    )
  const names = data.slice(0, 5).map(({ name }) => `“${name.slice(-80)}”`)
  throw refusal(
    'archive_ambiguous',
    `This zip archive holds ${data.length} files: ${names.join(', ')}${data.length > 5 ? '…' : ''}.`,
    'Send the one to load, or a zip with only that one.',
  )
}
