/** A folder with real engines in which tests load files. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import type { Row } from '../../engines/columnar/columnar.ts'
import { openDuckDb } from '../../engines/columnar/duckdb/open.ts'
import { openControl } from '../../engines/control/control.ts'
import { Datasets } from '../service.ts'
import { datasetMigrations } from '../tables.ts'
import type { LoadOptions, LoadView } from './schema.ts'
import { Loads, type LoadsDependencies } from './service.ts'
import { loadingMigrations } from './tables.ts'

const log = { info() {}, warn() {}, error() {} }

export interface LoadsFixture {
  folder: string
  loads: Loads
  datasets: Datasets
  /** Loads a file whole and waits until it is published, held, planned or failed. */
  load(
    id: string,
    content: string | Uint8Array,
    options?: LoadOptions,
    tableSchema?: string,
  ): Promise<LoadView>
  rows(id: string): Promise<Row[]>
  /** Closes everything and opens it again on the same folder. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function openLoads(
  settings: Pick<LoadsDependencies, 'limits' | 'thresholds'> = {},
): Promise<LoadsFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-loads-'))
  const now = () => new Date()
  const open = async () => {
    const columnar = await openDuckDb({ folder: join(folder, 'columnar'), log })
    const control = await openControl({ file: join(folder, 'control.sqlite'), log })
    await control.migrate([datasetMigrations, loadingMigrations])
    const datasets = await Datasets.open({ columnar, control, builtIn: [], now, log })
    const loads = await Loads.open({ datasets, columnar, control, now, log, ...settings })
    return { columnar, control, datasets, loads }
  }
  let opened = await open()
  const shut = async () => {
    await opened.loads.close()
    await opened.columnar.close()
    await opened.control.close()
  }
  return {
    folder,
    get loads() {
      return opened.loads
    },
    get datasets() {
      return opened.datasets
    },
    async load(id, content, options = {}, tableSchema = '') {
      const view = await opened.loads.begin(
        id,
        { create: true, fileName: `${id}.csv`, ...options },
        { tableSchema },
      )
      await opened.loads.append(id, view.id, 0, pieces(content), true)
      return opened.loads.settled(id, view.id)
    },
    async rows(id) {
      const rows = await opened.datasets.query(id, (table) => ({
        from: { kind: 'table', table },
        orderBy: [{ by: { kind: 'column', name: '_n' } }],
      }))
      return rows.map(({ _n, ...row }) => row)
    },
    async restart() {
      await shut()
      opened = await open()
    },
    async close() {
      await shut()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function* pieces(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content as Uint8Array)
}

export interface ZipPart {
  name: string
  content: string | Uint8Array
}

/** A zip archive of the parts, packed by deflate. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content } of parts) {
    const bytes = Buffer.from(content as Uint8Array)
    const packed = deflateRawSync(bytes)
    const nameBytes = Buffer.from(name)
    const crc = crc32(bytes)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(0x800, 6)
    local.writeUInt16LE(8, 8)
    local.writeUInt32LE(crc, 14)
    local.writeUInt32LE(packed.length, 18)
    local.writeUInt32LE(bytes.length, 22)
    local.writeUInt16LE(nameBytes.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 4)
    entry.writeUInt16LE(20, 6)
    entry.writeUInt16LE(0x800, 8)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(crc, 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(bytes.length, 24)
    entry.writeUInt16LE(nameBytes.length, 28)
    entry.writeUInt32LE(offset, 42)
    files.push(local, nameBytes, packed)
    directory.push(entry, nameBytes)
    offset += 30 + nameBytes.length + packed.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...files, central, end])
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
