/** `lacydon load`: a file into a dataset, of a running instance or of a data folder that none runs on. */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Io } from '../../cli.ts'
import { invalidSetting } from '../../errors.ts'
import { legalName } from './field-names.ts'
import type { LoadOptions, LoadView } from './schema.ts'

export const loadUsage = `
Usage: lacydon load FILE --dataset ID [options]

Loads a file as the next version of a dataset: CSV, TSV, XLSX, JSON, JSON lines, GeoJSON, Parquet, Arrow, GPX, KML,
KMZ, Shapefile (zip), GeoPackage or FlatGeobuf, also inside gzip or zip. What it is, is found by its content. Types,
dates and coordinates are inferred from the whole file; the plan of the last load is kept. Readers see the new
version at once and whole, or the old one.

Options:
  --dataset ID      the dataset; by default the file's name with small letters and hyphens
  --create          make the dataset when it is missing
  --title TEXT      title of a dataset that is made
  --epsg N          coordinate system of x and y, such as 2154 for Lambert-93
  --layer NAME      sheet, layer or table of the file
  --schema FILE     Table Schema (JSON) to type and validate by
  --report-only     count what breaks the schema's constraints, but reject nothing
  --fresh           ignore the plan of the last load
  --corrects LOAD   the file holds corrected rows of that load: add them
  --preview         only print what would be loaded
  --accept          publish even when it differs much from the version before
  --at URL          a running instance, such as http://127.0.0.1:8787; elsewhere with an API key in LACYDON_KEY
  --data-dir PATH   data folder (DATA_DIR, ./.lacydon); an instance that runs on it is asked to load

Example:
  lacydon load quais.csv --dataset quays --create --epsg 2154
`

export interface LoadArguments {
  file: string
  datasetId: string
  options: LoadOptions
  schemaFile: string | undefined
  at: string | undefined
  dataDir: string | undefined
  accept: boolean
}

/** Where a load is carried out. */
export interface LoadTarget {
  /** Sends the file and resolves when the load waits for a person or has ended. */
  load(input: {
    datasetId: string
    path: string
    options: LoadOptions
    tableSchema: string
    onProgress(view: LoadView): void
  }): Promise<LoadView>
  accept(view: LoadView): Promise<LoadView>
  /** Text of the plan of a load, for `--preview`. */
  plan(view: LoadView): Promise<{
    plan: { fields: { name: string; type: string; reason: string; doubt?: string }[]; notes: string[] }
    rowCount: number
  }>
  close(): Promise<void>
}

const flags = new Set(['--create', '--report-only', '--fresh', '--preview', '--accept'])
const valued = new Set([
  '--dataset',
  '--title',
  '--epsg',
  '--layer',
  '--schema',
  '--corrects',
  '--at',
  '--data-dir',
])

/** Throws `invalid_setting` that says what to write. */
export function readLoadArguments(args: readonly string[]): LoadArguments {
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
    if (flags.has(name)) given.set(name, 'yes')
    else if (valued.has(name)) {
      const value = at < 0 ? args[++i] : arg.slice(at + 1)
      if (value === undefined || value === '') throw invalidSetting(name, '', 'a value after it')
      given.set(name, value)
    } else throw invalidSetting('The option', arg, `one of ${[...valued, ...flags].join(', ')}`)
  }
  const [file] = words
  if (file === undefined || words.length > 1)
    throw invalidSetting('FILE', words.join(' '), 'exactly one file to load')
  const epsg = given.get('--epsg')
  if (epsg !== undefined && !/^\d{4,6}$/.test(epsg))
    throw invalidSetting('--epsg', epsg, 'a number such as 2154')
  const at = given.get('--at')
  if (at !== undefined && !/^https?:\/\//.test(at))
    throw invalidSetting('--at', at, 'an address such as http://127.0.0.1:8787')
  const text = (name: string, option: string) => (given.has(name) ? { [option]: given.get(name) } : {})
  const flag = (name: string, option: string) => (given.has(name) ? { [option]: true } : {})
  return {
    file,
    datasetId: given.get('--dataset') ?? idOf(file),
    options: {
      fileName: basename(file),
      ...flag('--create', 'create'),
      ...text('--title', 'title'),
      ...(epsg !== undefined && { epsg: Number(epsg) }),
      ...text('--layer', 'layer'),
      ...flag('--report-only', 'reportOnly'),
      ...flag('--fresh', 'fresh'),
      ...flag('--preview', 'preview'),
      ...text('--corrects', 'corrects'),
    },
    schemaFile: given.get('--schema'),
    at,
    dataDir: given.get('--data-dir'),
    accept: given.has('--accept'),
  }
}

const idOf = (file: string) =>
  legalName(basename(file).replace(/(\.\w{1,8}){1,2}$/, ''), 'dataset').replaceAll('_', '-')

/** Carries out the command; `open` opens the instance or the folder. Answers the exit code. */
export async function runLoadCommand(
  given: LoadArguments,
  { stdout, stderr }: Io,
  open: (given: LoadArguments) => Promise<LoadTarget>,
): Promise<number> {
  const found = await stat(given.file).catch(() => undefined)
  if (!found?.isFile()) throw invalidSetting('FILE', given.file, 'the path of a file that can be read')
  const tableSchema =
    given.schemaFile === undefined
      ? ''
      : await readFile(given.schemaFile, 'utf8').catch(() => {
          throw invalidSetting('--schema', given.schemaFile!, 'the path of a Table Schema that can be read')
        })
  const target = await open(given)
  try {
    let told = ''
    const onProgress = ({ progress }: LoadView) => {
      const text = `${progress.stage} ${Math.floor(progress.share * 10) * 10} %`
      if (text !== told) stderr.write(`${text}\n`)
      told = text
    }
    const { datasetId, options, file } = given
    let view = await target.load({ datasetId, path: file, options, tableSchema, onProgress })
    if (view.state === 'held' && given.accept) view = await target.accept(view)
    if (view.state === 'planned') {
      const { plan, rowCount } = await target.plan(view)
      stdout.write(`${rowCount} rows\n${plan.notes.map((note) => `${note}\n`).join('')}`)
      for (const { name, type, reason, doubt } of plan.fields)
        stdout.write(`${name}  ${type}  ${reason}${doubt ? `  (${doubt})` : ''}\n`)
      return 0
    }
    return report(view, stdout, stderr)
  } finally {
    await target.close()
  }
}

function report(view: LoadView, stdout: Io['stdout'], stderr: Io['stderr']): number {
  const { result, error, holds, version, datasetId, id } = view
  for (const { rule, column, count, firstLine, example } of result?.rules ?? [])
    stderr.write(`${column ?? 'record'}: ${rule}, ${count} times, first at line ${firstLine}: ${example}\n`)
  if (view.state === 'published') {
    stdout.write(
      `${datasetId} v${version}: ${result?.rowCount} rows, ${result?.rejectedCount} rejected (load ${id})\n`,
    )
    return 0
  }
  if (view.state === 'held') {
    stderr.write(
      `Held: ${holds.join(' ')} The version before still serves. Look, then load again with --accept.\n`,
    )
    return 3
  }
  stderr.write(
    `${error ? `${error.title}${error.help ? ` ${error.help}` : ''}` : `The load is ${view.state}.`}\n`,
  )
  return 1
}

/** The pieces of a file from a byte on. */
export const pieceOf = (path: string, start: number): AsyncIterable<Buffer> =>
  createReadStream(path, { start, highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>
