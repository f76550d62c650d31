/** Opens the one DuckDB instance, locked in: it reads and writes its own folders and nothing else. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { unavailable } from '../../../errors.ts'
import type { WorkerSettings } from './protocol.ts'
import { registerSpatial } from './spatial-functions.ts'
import { registerZones } from './zone-functions.ts'

export interface Database {
  connect(): Promise<DuckDBConnection>
  /** For loads: it counts its progress, which cannot be asked for once the configuration is locked. */
  loading: DuckDBConnection
  version: string
  close(): void
}

export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/**
 * Commits write to the log first; it is folded into the database when it reaches this size. A larger log makes steady
 * appends cheaper and a start after a crash slower (about half a second at this size).
 */
const checkpointMb = 64

export async function openDatabase(settings: WorkerSettings): Promise<Database> {
  const temporary = resolve(settings.folder, 'temporary')
  for (const path of [temporary, settings.coldFolder, settings.inboxFolder])
    await mkdir(path, { recursive: true }).catch((cause: unknown) => {
      throw unavailable(
        `The folder ${path} cannot be made: ${firstLine(cause)}`,
        'Check DATA_DIR and its rights.',
      )
    })
  const instance = await DuckDBInstance.create(join(settings.folder, 'rows.duckdb'), {
    threads: String(settings.threads),
    memory_limit: `${settings.memoryLimitMb}MB`,
    temp_directory: temporary,
    checkpoint_threshold: `${checkpointMb}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unredacted_secrets: 'false',
    // Texts packed by FSST cost a sixth of a load and make every later read of them slower.
    disabled_compression_methods: 'fsst,dict_fsst',
    // Memory goes back to the system when queries end, not when the next one comes.
    allocator_background_threads: 'true',
  }).catch((cause: unknown) => {
    throw unavailable(
      `The column store in ${settings.folder} cannot be opened: ${firstLine(cause)}`,
      'If another Lacydon runs on this folder, stop it; if the disk is full, make room.',
    )
  })
  const connection = await instance.connect()
  const loading = await instance.connect()
  for (const setting of [
    'enable_progress_bar = true',
    'enable_progress_bar_print = false',
    'progress_bar_time = 0',
  ])
    await loading.run(`SET ${setting}`)
  const folders = [settings.coldFolder, settings.inboxFolder, temporary]
    .map((folder) => literal(resolve(folder)))
    .join(', ')
  for (const statement of [
    `SET GLOBAL TimeZone = 'UTC'`,
    // Given when the instance is made, this limit is shown and not kept (1.5.6).
    `SET max_temp_directory_size = '${settings.temporaryLimitMb}MB'`,
    `CREATE SCHEMA IF NOT EXISTS hot`,
    `CREATE SCHEMA IF NOT EXISTS catalogue`,
    `CREATE TABLE IF NOT EXISTS catalogue.tables (name VARCHAR, spec VARCHAR)`,
    `CREATE TABLE IF NOT EXISTS catalogue.ranges (source VARCHAR, hi BIGINT, resume_from BIGINT)`,
    `CREATE TABLE IF NOT EXISTS catalogue.parts (table_name VARCHAR, day VARCHAR, file VARCHAR, columns VARCHAR,
       row_count BIGINT, size_bytes BIGINT, from_ms BIGINT, to_ms BIGINT, retain_from_ms BIGINT,
       retain_to_ms BIGINT, retain_null_count BIGINT)`,
    `CREATE OR REPLACE MACRO digits_of(n, width) AS CASE WHEN n >= 0 THEN lpad(
       CAST(TRY_CAST(trunc(n) AS BIGINT) AS VARCHAR),
       CAST(greatest(width, length(CAST(TRY_CAST(trunc(n) AS BIGINT) AS VARCHAR))) AS INTEGER), '0') END`,
    `CREATE OR REPLACE MACRO words_of(t) AS
       list_filter(string_split(regexp_replace(strip_accents(lower(t)), '[^\\p{L}\\p{N}]+', ' ', 'g'), ' '),
         lambda w: w <> '')`,
    `CREATE OR REPLACE MACRO iso_instant(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ')`,
    `SET allowed_directories = [${folders}]`,
    `SET enable_external_access = false`,
    `SET lock_configuration = true`,
  ])
    await connection.run(statement)
  registerSpatial(connection)
  registerZones(connection)
  const version = (await connection.runAndReadAll('SELECT version()')).getRows()[0]?.[0]
  connection.closeSync()
  return {
    connect: () => instance.connect(),
    loading,
    version: String(version),
    close() {
      loading.closeSync()
      instance.closeSync()
    },
  }
}

export const firstLine = (cause: unknown) =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0] ?? ''
