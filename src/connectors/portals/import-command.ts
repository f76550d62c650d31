/** `lacydon import`: what is asked, and what is told. */
import type { Io } from '../../cli.ts'
import { invalidSetting } from '../../errors.ts'
import type { ImportRequest, ImportView, ParityReport } from './schema.ts'

export const importUsage = `
Usage: lacydon import URL [options]
       lacydon import --catalogue FILE [options]

Imports every dataset of a portal: Opendatasoft, udata (data.gouv.fr), CKAN, or a DCAT catalogue (RDF/XML, Turtle,
JSON-LD). The kind is found by asking. Each dataset is loaded as any file is, with its title, description, licence,
publisher, themes and links. An interrupted import goes on when the same command is given again; what did not change
since the last one is not fetched. At the end it says what is there, what is here, and what was refused and why.

Options:
  --only IDS        these datasets: ids there, separated by commas, * for any text
  --limit N         at most N datasets
  --kind KIND       opendatasoft, udata, ckan or dcat
  --catalogue FILE  the portals of a list, such as data/portals/portals.json
  --report FILE     writes the parity report as CSV
  --at URL          a running instance, such as http://127.0.0.1:8787; elsewhere with an API key in LACYDON_KEY
  --data-dir PATH   data folder (DATA_DIR, ./.lacydon); an instance that runs on it is asked to import

Portals in networks of your own are reached where OUTBOUND_ALLOW says so.

Example:
  lacydon import https://data.ampmetropole.fr --only 'bruit-*'
`

export interface ImportArguments {
  requests: ImportRequest[]
  catalogue: string | undefined
  report: string | undefined
  at: string | undefined
  dataDir: string | undefined
}

/** Where an import is carried out. */
export interface ImportTarget {
  begin(request: ImportRequest): Promise<ImportView>
  /** Resolves when it has ended; tells its progress meanwhile. */
  ended(view: ImportView, onProgress: (view: ImportView) => void): Promise<ParityReport>
  close(): Promise<void>
}

const valued = new Set(['--only', '--limit', '--kind', '--catalogue', '--report', '--at', '--data-dir'])

/** Throws `invalid_setting` that says what to write. */
export function readImportArguments(args: readonly string[]): ImportArguments {
  const given = new Map<string, string>()
  const words: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    if (!arg.startsWith('--')) {
      words.push(arg)
      continue
    }
    const at = arg.indexOf('=')
    const name = at < 0 ? arg : arg.slice(0, at)
    if (!valued.has(name)) throw invalidSetting('The option', arg, `one of ${[...valued].join(', ')}`)
    const value = at < 0 ? args[++i] : arg.slice(at + 1)
    if (value === undefined || value === '') throw invalidSetting(name, '', 'a value after it')
    given.set(name, value)
  }
  const catalogue = given.get('--catalogue')
  const [address] = words
  if (words.length > 1 || (address === undefined) === (catalogue === undefined))
    throw invalidSetting(
      'URL',
      words.join(' '),
      'one address of a portal, or --catalogue with a list of them',
    )
  const limit = given.get('--limit')
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit))
    throw invalidSetting('--limit', limit, 'a whole number from 1')
  const at = given.get('--at')
  if (at !== undefined && !/^https?:\/\//.test(at))
    throw invalidSetting('--at', at, 'an address such as http://127.0.0.1:8787')
  const only = given
    .get('--only')
    ?.split(',')
    .map((id) => id.trim())
    .filter(Boolean)
  const options = {
    ...(only && { only }),
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(given.has('--kind') && { kind: given.get('--kind')! }),
  }
  return {
    requests: address === undefined ? [] : [{ address, ...options }],
    catalogue,
    report: given.get('--report'),
    at,
    dataDir: given.get('--data-dir'),
  }
}

/** The portals of a list. Throws `invalid_setting` for a file that is none. */
export function readPortals(text: string, file: string): ImportRequest[] {
  let list: unknown
  try {
    list = (JSON.parse(text) as { portals?: unknown }).portals
  } catch {
    list = undefined
  }
  if (!Array.isArray(list) || list.length === 0)
    throw invalidSetting(
      '--catalogue',
      file,
      'a JSON file with a list “portals”, as data/portals/portals.json',
    )
  return list.map((entry, i) => {
    const { address, kind, only, limit } = (entry ?? {}) as Record<string, unknown>
    if (typeof address !== 'string')
      throw invalidSetting('--catalogue', `${file}, portal ${i + 1}`, 'an address for it')
    return {
      address,
      ...(typeof kind === 'string' && { kind }),
      ...(Array.isArray(only) && { only: only.map(String) }),
      ...(Number.isInteger(limit) && { limit: limit as number }),
    }
  })
}

const progressText = ({ stage, counts, address, rows }: ImportView): string => {
  const host = new URL(address).host
  if (stage === 'catalogue') return `${host}: reading the catalogue, ${counts.all} datasets so far`
  return `${host}: ${counts.all - counts.waiting} of ${counts.all} datasets, ${rows} rows`
}

/** Carries out the command. Answers 0 when everything is here, 3 when something differs, 1 when a portal failed. */
export async function runImportCommand(
  requests: readonly ImportRequest[],
  { stdout, stderr }: Io,
  target: ImportTarget,
  writeReport: (report: ParityReport) => Promise<void>,
): Promise<number> {
  let code = 0
  const silent: string[] = []
  for (const request of requests) {
    let told = ''
    const begun = await target.begin(request)
    const report = await target.ended(begun, (view) => {
      const text = progressText(view)
      if (text !== told) stderr.write(`${text}\n`)
      told = text
    })
    await writeReport(report)
    const { state, counts, error } = report.import
    if (state === 'failed' && counts.all === 0 && error && requests.length > 1) silent.push(error.message)
    else tell(report, stdout, stderr)
    if (state !== 'done') code = 1
    else if (!report.isEqual && code === 0) code = 3
  }
  if (silent.length > 0 && silent.length === requests.length)
    stderr.write(
      `None of the ${requests.length} portals of the list could be read: see that this machine has internet; files are loaded by “lacydon load” without it.\n`,
    )
  else for (const message of silent) stderr.write(`${message}\n`)
  return code
}

function tell(report: ParityReport, stdout: Io['stdout'], stderr: Io['stderr']): void {
  const { import: view, items, rowsHere, rowsThere, differing, unknownLicences } = report
  const host = new URL(view.address).host
  if (view.error) stderr.write(`${view.error.message}\n`)
  for (const { key, state, reason } of items)
    if (reason) stderr.write(`${key}: ${state}, ${reason.message}\n`)
  for (const id of differing) {
    const item = items.find(({ datasetId }) => datasetId === id)!
    stderr.write(
      `${id}: differs, ${item.rowsRead ?? item.rowsThere ?? '?'} rows there, ${item.rowsHere} here, ${item.rowsRejected} rejected\n`,
    )
  }
  if (unknownLicences.length > 0) stderr.write(`Licences kept as written: ${unknownLicences.join(' · ')}\n`)
  if (view.state === 'failed' && view.counts.all === 0) return
  const { all, imported, unchanged, held, refused, failed } = view.counts
  stdout.write(
    `${host}: ${all} datasets, ${imported} imported, ${unchanged} unchanged, ${held} held, ${refused} refused, ${failed} failed; ${rowsThere} rows there, ${rowsHere} here${report.isEqual ? ', all equal' : ''} (import ${view.id})\n`,
  )
}
