/** One dataset of a portal: its file fetched, loaded as any file is, described, and compared with the source. */
import { createHash } from 'node:crypto'
import type { LoadView } from '../../datasets/loading/schema.ts'
import type { Loads } from '../../datasets/loading/service.ts'
import type { Datasets } from '../../datasets/service.ts'
import { LacydonError, unavailable } from '../../errors.ts'
import type { Outbound } from '../../http/outbound.ts'
import type { OutboundAnswer } from '../../http/outbound-answer.ts'
import type { Connector, FoundDataset, FoundFile } from '../contract.ts'
import { describedFields, emptyDefinition, metadataOf, metadataSha256, tableSchemaOf } from './description.ts'
import type { ImportsStore, KnownDataset, StoredItem } from './imports-store.ts'
import { sayStatus } from './json-answer.ts'
import { RowChecksum } from './row-checksum.ts'
import { checksumThere, storedChecksum } from './stored-checksum.ts'

export interface ItemDependencies {
  store: ImportsStore
  datasets: Datasets
  loads: Loads
  outbound: Outbound
  connector: Connector
  /** Connector and base address: with the key it names a dataset for ever. */
  source: string
  now: () => Date
  signal: AbortSignal
  maxBytes: number
}

type Item = StoredItem & { found: FoundDataset }

/** A table that nobody lists by name there would take longer than this. */
const fileTimeoutMs = 6 * 3_600_000

/** Brings one item to its end, from wherever the last attempt left it. Failures become its state; an abort throws. */
export async function importItem(item: Item, deps: ItemDependencies): Promise<void> {
  const { store, signal } = deps
  try {
    if (item.found.refusal !== undefined && item.found.files.length === 0)
      return await store.saveItem(item, {
        state: 'refused',
        reason: { code: 'no_rows', message: item.found.refusal },
      })
    const known = await store.known(deps.source, item.key)
    const view = item.load_id === '' ? undefined : await goOn(item, deps)
    if (view) return await finish(await store.item(item.import_id, item.key), view, deps)
    if (isCurrent(item, known, deps)) return await leaveUnchanged(item, known!, deps)
    await fetchAndLoad(item, known, deps)
  } catch (error) {
    if (signal.aborted) throw error
    if (!(error instanceof LacydonError)) throw error
    const state = error.code === 'outbound_refused' ? 'refused' : 'failed'
    await store.saveItem(item, { state, reason: { code: error.code, message: error.message } })
  }
}

/** The dataset is here in the version the last import made, and the source says that nothing changed. */
function isCurrent({ found }: Item, known: KnownDataset | undefined, deps: ItemDependencies): boolean {
  return (
    known !== undefined && found.revision !== '' && known.revision === found.revision && isHere(known, deps)
  )
}

function isHere(known: KnownDataset, { datasets }: ItemDependencies): boolean {
  if (!datasets.list().some(({ id }) => id === known.dataset_id)) return false
  return (datasets.describe(known.dataset_id).currentVersion ?? 0) >= Number(known.version)
}

/** The load that a kill interrupted: its view when it has the whole file, undefined to begin again. */
async function goOn(item: Item, { loads, store }: ItemDependencies): Promise<LoadView | undefined> {
  const view = await loads.view(item.dataset_id, item.load_id).catch(() => undefined)
  if (!view || view.state === 'cancelled') return undefined
  if (view.state !== 'receiving') return loads.settled(item.dataset_id, view.id)
  if (item.state === 'loading' && view.receivedBytes > 0) {
    await loads.append(item.dataset_id, view.id, view.receivedBytes, none(), true)
    return loads.settled(item.dataset_id, view.id)
  }
  await loads.cancel(item.dataset_id, view.id)
  await store.saveItem(item, { state: 'waiting', load_id: '' })
  return undefined
}

async function* none(): AsyncGenerator<Uint8Array> {}

async function fetchAndLoad(
  item: Item,
  known: KnownDataset | undefined,
  deps: ItemDependencies,
): Promise<void> {
  const usable = known && isHere(known, deps) ? known : undefined
  const got = await ask(item.found, usable, deps)
  if (got === 'unchanged') return leaveUnchanged(item, usable!, deps)
  const { answer, file } = got
  const { store, loads, connector } = deps
  const id = item.dataset_id
  const view = await loads.begin(
    id,
    {
      create: true,
      fileName: file.name,
      title: item.found.title.slice(0, 300),
      note: `from ${item.found.link}`.slice(0, 1_000),
    },
    { tableSchema: tableSchemaOf(item.found) },
  )
  await store.saveItem(item, { state: 'reading', load_id: view.id })
  const hash = createHash('sha256')
  const rows = new RowChecksum()
  const there = checksumThere(item.found, rows)
  let bytes = 0
  const received = (async function* () {
    for await (const piece of answer.body()) {
      if (bytes === 0) refuseWebPage(piece, answer)
      bytes += piece.length
      hash.update(piece)
      yield piece as Uint8Array
    }
  })()
  try {
    const pieces = connector.convert?.(item.found, file, received, there) ?? received
    await loads.append(id, view.id, 0, pieces)
  } catch (error) {
    // A stop leaves it as it is: the next start begins this file again.
    if (!deps.signal.aborted) await loads.cancel(id, view.id)
    throw error
  }
  const sha256 = hash.digest('hex')
  const isCounted = connector.convert !== undefined && file.format === 'jsonl'
  const facts = {
    bytes,
    sha256,
    etag: answer.headers.etag ?? '',
    last_modified: answer.headers['last-modified'] ?? '',
    rows_read: isCounted ? rows.rowCount : -1,
    checksum_there: isCounted ? rows.text : '',
  }
  if (usable && usable.sha256 === sha256) {
    await loads.cancel(id, view.id)
    return leaveUnchanged({ ...item, ...facts }, usable, deps)
  }
  if (isCounted && rows.rowCount === 0) {
    await loads.cancel(id, view.id)
    return leaveEmpty({ ...item, ...facts }, deps)
  }
  if (bytes === 0) {
    await loads.cancel(id, view.id)
    throw unavailable('The file is empty.')
  }
  await store.saveItem(item, { ...facts, state: 'loading' })
  const { receivedBytes } = await loads.view(id, view.id)
  await loads.append(id, view.id, receivedBytes, none(), true)
  await finish({ ...item, ...facts, load_id: view.id }, await loads.settled(id, view.id), deps)
}

/** The first of the files that is served. Throws why the last was not. */
async function ask(
  found: FoundDataset,
  known: KnownDataset | undefined,
  { outbound, signal, maxBytes }: ItemDependencies,
): Promise<'unchanged' | { answer: OutboundAnswer; file: FoundFile }> {
  let last = ''
  for (const file of found.files) {
    const answer = await outbound.request(file.url, {
      signal,
      maxBytes,
      timeoutMs: fileTimeoutMs,
      obeysRobots: file.isLinked,
      ...(known && { validators: { etag: known.etag, lastModified: known.last_modified } }),
    })
    if (answer.status === 304 && known) {
      await answer.discard()
      return 'unchanged'
    }
    const isPage = answer.ok && answer.mediaType === 'text/html'
    if (answer.ok && !isPage) return { answer, file }
    await answer.discard()
    last = isPage ? webPage(answer) : sayStatus(answer.url, answer.status)
    // Another format would be refused for the same reason.
    if ([401, 403, 429, 500, 502, 503, 504].includes(answer.status)) break
  }
  throw unavailable(last)
}

const webPage = ({ url }: OutboundAnswer) => `${new URL(url).host} sent a web page where a file was expected.`

function refuseWebPage(piece: Buffer, answer: OutboundAnswer): void {
  if (/^\uFEFF?\s*<(!doctype html|html)/i.test(piece.subarray(0, 300).toString('utf8')))
    throw unavailable(webPage(answer))
}

/** What becomes of an item when its load has ended, or waits for a person. */
async function finish(item: Item, view: LoadView, deps: ItemDependencies): Promise<void> {
  const { store, datasets, loads } = deps
  const id = item.dataset_id
  const result = { rows_rejected: view.result?.rejectedCount ?? 0 }
  if (view.state === 'held')
    return store.saveItem(item, {
      ...result,
      state: 'held',
      reason: { code: 'held', message: view.holds.join(' ') },
    })
  if (view.state !== 'published')
    return store.saveItem(item, {
      ...result,
      state: 'failed',
      reason: {
        code: view.error?.code ?? view.state,
        message: view.error?.title ?? `The load is ${view.state}.`,
      },
    })
  const { plan } = await loads.preview(id, view.id)
  const definition = datasets.get(id)
  const { metadata, ...texts } = metadataOf(item.found)
  await datasets.update(id, {
    ...texts,
    fields: describedFields(definition.fields, item.found.fields ?? [], plan),
    metadata,
  })
  const rowsHere = view.result?.rowCount ?? 0
  const checksumHere =
    item.checksum_there === ''
      ? ''
      : await storedChecksum(datasets, id, item.found.fields ?? [], plan, deps.signal)
  await keep(
    item,
    { ...result, rows_here: rowsHere, checksum_here: checksumHere, version: view.version ?? 0 },
    deps,
  )
}

/** A dataset without rows has no file that could be loaded: it is made from what the source says of its columns. */
async function leaveEmpty(item: Item, deps: ItemDependencies): Promise<void> {
  const { datasets } = deps
  const { metadata, ...texts } = metadataOf(item.found)
  if (datasets.list().some(({ id }) => id === item.dataset_id)) {
    if ((datasets.describe(item.dataset_id).currentVersion ?? 0) > 0)
      throw unavailable('It has no row any more; the version before stays.')
    await datasets.update(item.dataset_id, { ...texts, metadata })
  } else await datasets.create({ ...emptyDefinition(item.dataset_id, item.found), ...texts }, metadata)
  await keep(item, { rows_here: 0, checksum_here: item.checksum_there, version: 0 }, deps)
}

async function keep(item: Item, change: Partial<StoredItem>, { store, source, now }: ItemDependencies) {
  const end = { ...item, ...change }
  await store.saveItem(
    item,
    {
      ...change,
      state: 'imported',
      reason: null,
      bytes: end.bytes,
      sha256: end.sha256,
      etag: end.etag,
      last_modified: end.last_modified,
      rows_read: end.rows_read,
      checksum_there: end.checksum_there,
    },
    {
      source,
      key: item.key,
      dataset_id: item.dataset_id,
      revision: item.found.revision,
      sha256: end.sha256,
      etag: end.etag,
      last_modified: end.last_modified,
      metadata_sha256: metadataSha256(item.found),
      rows_here: end.rows_here,
      checksum: end.checksum_here,
      version: end.version,
      imported_at: now().toISOString(),
    },
  )
}

/** Rows are as they were; words about them may still have changed. */
async function leaveUnchanged(item: Item, known: KnownDataset, deps: ItemDependencies): Promise<void> {
  const metadata_sha256 = metadataSha256(item.found)
  if (known.metadata_sha256 !== metadata_sha256)
    await deps.datasets.update(known.dataset_id, metadataOf(item.found))
  await deps.store.saveItem(
    item,
    {
      state: 'unchanged',
      load_id: '',
      rows_here: Number(known.rows_here),
      checksum_here: known.checksum,
      version: Number(known.version),
      bytes: item.bytes,
      sha256: known.sha256,
      rows_read: item.rows_read,
      checksum_there: item.checksum_there,
      reason: null,
    },
    { ...known, revision: item.found.revision, metadata_sha256 },
  )
}
