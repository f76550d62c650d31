/** Several datasets as one archive that can be cited: rows, dictionary, licences, checksums. */
import { createHash } from 'node:crypto'
import type { Columnar } from '../../engines/columnar/columnar.ts'
import { invalidInput } from '../../errors.ts'
import type { Access } from '../../http/access.ts'
import type { Asker, Visible, VisibleFields } from '../explore/access.ts'
import { type Secured, secure } from '../explore/relation.ts'
import type { Sources } from '../explore/sources.ts'
import { linesIn } from '../explore/use.ts'
import { writeCsv } from '../exports/csv.ts'
import { textContent, writeZip, type ZipEntry } from '../exports/zip.ts'
import { planQuery } from '../odsql/compile.ts'
import { parseQuery } from '../odsql/query-text.ts'
import {
  checksumsText,
  dataPackageText,
  dataPath,
  dictionaryText,
  licencesText,
  type Packed,
  type PackedFile,
  pinned,
  readmeText,
} from './pack-texts.ts'

export interface PackOptions {
  columnar: Columnar
  sources: Sources
  visibleFields: VisibleFields
  now: () => Date
}

export interface OpenedPack {
  /** Equal for equal bytes; null when rows of it may change without a sign. */
  etag: string | null
  isPublic: boolean
  /** What it rests on. */
  visible: readonly Visible[]
  write(signal: AbortSignal): AsyncGenerator<Uint8Array>
}

const maxDatasets = 200

/** `a,b@v3`: ids with the moment they are asked for. Throws `invalid_input`. */
export function readSelection(text: string): { id: string; at: string | undefined }[] {
  const wanted = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('@')
      return at < 0 ? { id: part, at: undefined } : { id: part.slice(0, at), at: part.slice(at + 1) }
    })
  if (wanted.length === 0 || wanted.length > maxDatasets)
    throw invalidInput(
      `datasets names ${wanted.length} datasets: write 1 to ${maxDatasets} ids, such as a,b@v3.`,
    )
  const twice = wanted.find(({ id }, i) => wanted.findIndex((other) => other.id === id) < i)
  if (twice) throw invalidInput(`datasets names “${twice.id}” twice.`)
  return wanted.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Throws before the first byte what opening each dataset throws: a pack is whole or there is none. */
export async function openPack(
  options: PackOptions,
  selection: string,
  at: string | undefined,
  asker: Asker,
  access: Access | null = null,
): Promise<OpenedPack> {
  const opened: Secured[] = []
  for (const { id, at: own } of readSelection(selection)) {
    const asked = own ?? at
    const first = await secure(options, id, asker, { action: 'export', at: asked })
    const { moment, definition } = first.source
    // A stream goes on: the pack holds what had come when it was asked for.
    const isOpen = asked === undefined && definition.kind === 'stream' && moment !== null
    opened.push(isOpen ? await secure(options, id, asker, { action: 'export', at: moment }) : first)
  }
  // Until its file is written, nothing of a dataset has been given.
  for (const { source } of opened) {
    const part = access?.part(source.definition.id)
    part?.addRows(0)
    if (part) part.bytes = 0
  }
  const datasets = opened.map(
    ({ source, relation }): Packed => ({
      definition: source.definition,
      fields: relation.fields,
      metadata: options.sources.describe(source.definition.id).metadata,
      moment: source.moment,
    }),
  )
  const texts = [
    { name: 'README.md', text: readmeText(datasets) },
    { name: 'LICENCES.md', text: licencesText(datasets) },
    { name: 'dictionary.csv', text: dictionaryText(datasets) },
  ]
  // Late rows of a stream, and rows replaced in place, change no text.
  const isFrozen = opened.every(({ source, visible }) => source.version !== null && !visible.movesWithTime)
  const tag = createHash('sha256').update(
    JSON.stringify([
      texts,
      dataPackageText(datasets, []),
      pinned(datasets),
      opened.map(({ visible }) => visible.fingerprint),
    ]),
  )
  return {
    etag: isFrozen ? `"${tag.digest('base64url').slice(0, 27)}"` : null,
    isPublic: opened.every(({ visible }) => visible.isPublic),
    visible: opened.map(({ visible }) => visible),
    write: (signal) => writeZip(entries(options, opened, { datasets, texts, access, signal })),
  }
}

async function* entries(
  { columnar, now }: PackOptions,
  opened: readonly Secured[],
  {
    datasets,
    texts,
    access,
    signal,
  }: {
    datasets: readonly Packed[]
    texts: { name: string; text: string }[]
    access: Access | null
    signal: AbortSignal
  },
): AsyncGenerator<ZipEntry> {
  const files: PackedFile[] = []
  for (const { name, text } of texts) yield noted(name, textContent(text), files)
  for (const { source, relation } of opened) {
    const part = access?.part(source.definition.id)
    part?.addColumns(relation.fields.map(({ name }) => name))
    const plan = planQuery(parseQuery({}), relation, { now: now(), order: 'total' })
    const stream = {
      columns: plan.columns,
      names: plan.columns.map(({ label }) => label),
      cells: plan.query.select!.map(({ as }) => as),
      chunks: counted(columnar.stream(plan.query, { class: 'export', signal }), part),
    }
    const csv = writeCsv(stream, {
      delimiter: ',',
      listSeparator: '|',
      quoteAll: false,
      withBom: false,
      safe: false,
    })
    yield noted(dataPath(source.definition.id), csv, files, part)
  }
  yield noted('datapackage.json', textContent(dataPackageText(datasets, files)), files)
  yield { name: 'checksums.sha256', content: textContent(checksumsText(files)) }
}

/** The same lines, each told as a row. */
async function* counted(chunks: AsyncIterable<Uint8Array>, part: Access | undefined) {
  for await (const chunk of chunks) {
    await part?.addRows(linesIn(chunk))
    yield chunk
  }
}

/** An entry whose size and checksum are known once it was written. */
function noted(
  path: string,
  content: AsyncIterable<Uint8Array>,
  files: PackedFile[],
  part?: Access,
): ZipEntry {
  return {
    name: path,
    content: (async function* () {
      const hash = createHash('sha256')
      let byteCount = 0
      for await (const piece of content) {
        hash.update(piece)
        byteCount += piece.length
        if (part) part.bytes = byteCount
        yield piece
      }
      files.push({ path, byteCount, sha256: hash.digest('hex') })
    })(),
  }
}
