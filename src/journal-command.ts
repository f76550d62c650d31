import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { Command, Io } from './cli.ts'
import { readConfig } from './config.ts'
import { invalidInput, notFound } from './errors.ts'
import { type Evidence, evidenceOfFile, evidenceOfFolder, evidenceOfInstance } from './journal/evidence.ts'
import { linesInFolder, nodesIn } from './journal/spool-files.ts'
import { type Verified, verifyJournal } from './journal/verify.ts'

const names = ['data-dir', 'url', 'token-file', 'heads', 'keys', 'node'] as const
type Options = Partial<Record<(typeof names)[number], string>>

/** `lacydon journal verify`. */
export const verify: Command = {
  name: 'journal verify',
  summary: 'find entries of the access log that were altered, removed or moved',
  usage: `lacydon journal verify [FILE | --data-dir DIR | --url URL] [options]

Looks at every entry of the access log and says which one was altered, removed, moved or cut off.
Exit code 0 when all are as they were written, 1 otherwise.

  FILE               lines as \`lacydon journal export\` writes them
  --data-dir DIR     the data folder, also of a running instance (DATA_DIR)
  --url URL          a running instance; --token-file holds the key of an auditor
  --heads, --keys    with FILE: what /api/v1/journal/heads and /keys answered
  --partial          some of the entries only: gaps are expected

  lacydon journal verify --data-dir /srv/lacydon`,

  async run(args, io) {
    const { options, files, flags } = readArguments(args, ['partial'])
    const isPartial = flags.has('partial')
    const damages: string[] = []
    const evidence = await evidenceOf(options, files, (message) => damages.push(message))
    let isWhole = true
    for (const { name, lines } of evidence.chains) {
      const verified = await verifyJournal(lines, { ...evidence, isPartial })
      isWhole = report(io, name, verified) && isWhole
    }
    for (const damage of damages) io.stdout.write(`${damage}\n`)
    return isWhole ? 0 : 1
  },
}

/** `lacydon journal export`. */
export const exportLines: Command = {
  name: 'journal export',
  summary: 'write the access log as it is stored, one JSON object a line',
  usage: `lacydon journal export [--data-dir DIR] [--node NODE]

Writes the entries of the access log, exactly as they are stored, to standard output.
\`lacydon journal verify FILE\` checks them anywhere.

  lacydon journal export --data-dir /srv/lacydon > journal.ndjson`,

  async run(args, { stdout, stderr }) {
    const { options } = readArguments(args, [])
    const { dataDir } = settingsOf(options)
    const node = options.node ?? nodesIn(dataDir)[0]
    if (node === undefined) throw notFound('journal in the folder', dataDir)
    const damages: string[] = []
    for await (const line of linesInFolder(dataDir, node, (message) => damages.push(message)))
      if (!stdout.write(`${line}\n`)) await once(stdout, 'drain')
    for (const damage of damages) stderr.write(`${damage}\n`)
    return damages.length === 0 ? 0 : 1
  },
}

function readArguments(args: string[], known: readonly string[]) {
  const options: Options = {}
  const flags = new Set<string>()
  const files: string[] = []
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/s.exec(args[i]!) ?? []
    if (name === undefined) files.push(args[i]!)
    else if (known.includes(name)) flags.add(name)
    else {
      const option = names.find((candidate) => candidate === name)
      const value = inline ?? args[++i]
      if (!option || value === undefined)
        throw invalidInput(`The option ${args[i] ?? `--${name}`} is not known.`)
      options[option] = value
    }
  }
  return { options, flags, files }
}

const settingsOf = (options: Options) =>
  readConfig(
    process.env,
    options['data-dir'] === undefined ? [] : ['--data-dir', options['data-dir']],
    process.cwd(),
  )

function evidenceOf(
  options: Options,
  files: string[],
  onDamage: (message: string) => void,
): Promise<Evidence> {
  const [file, second] = files
  const ways = [file, options.url, options['data-dir']].filter((way) => way !== undefined)
  if (second !== undefined || ways.length > 1)
    throw invalidInput('Name one journal: a FILE, --data-dir or --url.')
  if (file !== undefined) return Promise.resolve(evidenceOfFile(file, options))
  if (options.url !== undefined) return evidenceOfInstance(options.url, tokenOf(options), fetch)
  const { dataDir, databaseUrl } = settingsOf(options)
  return evidenceOfFolder(dataDir, databaseUrl, onDamage)
}

function tokenOf(options: Options): string | undefined {
  const path = options['token-file']
  if (path === undefined) return undefined
  if (!existsSync(path)) throw notFound('file', path)
  return readFileSync(path, 'utf8').trim()
}

/** Says what was found; true when the chain is whole. */
function report({ stdout }: Io, name: string, verified: Verified): boolean {
  const { entries, first, last, lastHash, heads, findings } = verified
  for (const { text } of findings) stdout.write(`${text}\n`)
  const range = entries === 0 ? '' : `, ${first} to ${last}`
  const end = lastHash === null ? '' : `, ending in ${lastHash}`
  stdout.write(
    findings.length === 0
      ? `${name}: whole. ${entries} entries${range}${end}; ${heads} signed heads agree.\n`
      : `${name}: NOT whole. ${findings.length} findings in ${entries} entries${range}.\n`,
  )
  return findings.length === 0
}
