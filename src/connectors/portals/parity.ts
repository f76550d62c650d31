/** What a portal has and what is here, counted and compared. Pure. */
import type { ImportsStore, StoredImport } from './imports-store.ts'
import { isKnownLicence } from './portal-words.ts'
import type { ImportItem, ImportView, ParityReport } from './schema.ts'

type Tally = Awaited<ReturnType<ImportsStore['tally']>>
type StoredItems = Awaited<ReturnType<ImportsStore['items']>>

export function viewOf(stored: StoredImport, tally: Tally): ImportView {
  const { id, address, kind, state, error, createdAt, modifiedAt, datasetsThere, isCatalogueRead } = stored
  const count = (...states: string[]) =>
    tally.filter((one) => states.includes(one.state)).reduce((sum, one) => sum + one.count, 0)
  return {
    id,
    address,
    kind,
    state,
    stage: state !== 'running' ? 'ended' : isCatalogueRead ? 'datasets' : 'catalogue',
    datasetsThere: datasetsThere < 0 ? null : datasetsThere,
    counts: {
      all: tally.reduce((sum, one) => sum + one.count, 0),
      waiting: count('waiting', 'reading', 'loading'),
      imported: count('imported'),
      unchanged: count('unchanged'),
      held: count('held'),
      refused: count('refused'),
      failed: count('failed'),
    },
    bytes: tally.reduce((sum, one) => sum + one.bytes, 0),
    rows: tally
      .filter((one) => one.state === 'imported' || one.state === 'unchanged')
      .reduce((sum, one) => sum + Math.max(0, one.rows), 0),
    error,
    createdAt,
    modifiedAt,
  }
}

const counted = (number: number) => (number < 0 ? null : number)

export function parityOf(view: ImportView, stored: StoredItems): ParityReport {
  const items = stored.map(
    (item): ImportItem => ({
      key: item.key,
      datasetId: item.dataset_id,
      title: item.found.title,
      link: item.found.link,
      state: item.state,
      rowsThere: item.found.rowCount,
      rowsRead: counted(item.rows_read),
      rowsHere: counted(item.rows_here),
      rowsRejected: item.rows_rejected,
      bytes: item.bytes,
      sha256: item.sha256,
      checksumThere: item.checksum_there || (item.state === 'unchanged' ? item.checksum_here : ''),
      checksumHere: item.checksum_here,
      version: item.version || null,
      license: item.found.metadata.license ?? '',
      isLicenceKnown: isKnownLicence(item.found.metadata.license ?? ''),
      attachments: item.found.attachments.length,
      reason: item.reason,
    }),
  )
  const ended = items.filter(({ state }) => state === 'imported' || state === 'unchanged')
  const differing = ended.filter((item) => !isEqual(item)).map(({ datasetId }) => datasetId)
  // What has no rows there is not missing here.
  const missing = items.filter((item) => !ended.includes(item) && item.reason?.code !== 'no_rows')
  const sum = (numbers: (number | null)[]) =>
    numbers.reduce<number>((total, number) => total + (number ?? 0), 0)
  return {
    import: view,
    isEqual: view.state === 'done' && differing.length === 0 && missing.length === 0,
    rowsThere: sum(ended.map((item) => thereOf(item) ?? item.rowsHere)),
    rowsHere: sum(ended.map(({ rowsHere }) => rowsHere)),
    differing,
    unknownLicences: [
      ...new Set(
        items
          .filter(({ isLicenceKnown, license }) => !isLicenceKnown && license)
          .map(({ license }) => license),
      ),
    ].sort(),
    items,
  }
}

/** Rows that came are nearer to the truth than what the catalogue said of them before. */
const thereOf = ({ rowsRead, rowsThere }: ImportItem): number | null => rowsRead ?? rowsThere

function isEqual(item: ImportItem): boolean {
  const there = thereOf(item)
  if (item.rowsRejected > 0 || (there !== null && there !== item.rowsHere)) return false
  return item.checksumThere === item.checksumHere || item.checksumThere === ''
}

const columns = [
  'key',
  'datasetId',
  'state',
  'rowsThere',
  'rowsRead',
  'rowsHere',
  'rowsRejected',
  'bytes',
  'sha256',
  'checksumThere',
  'checksumHere',
  'version',
  'license',
  'attachments',
  'link',
  'title',
] as const

/** The report as CSV with a line for each dataset. */
export function reportCsv({ items }: ParityReport): string {
  const cell = (value: unknown) => {
    const text = value === null || value === undefined ? '' : String(value)
    // A text that a spreadsheet would run as a formula is one no longer.
    const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  const lines = items.map((item) =>
    [...columns.map((name) => cell(item[name])), cell(item.reason?.code), cell(item.reason?.message)].join(
      ',',
    ),
  )
  return [[...columns, 'reasonCode', 'reason'].join(','), ...lines].join('\r\n').concat('\r\n')
}
