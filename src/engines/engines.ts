import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Bus } from './bus/bus.ts'
import { createInProcessBus } from './bus/in-process.ts'
import { connectNatsBus } from './bus/nats.ts'
import { openClickHouse } from './columnar/clickhouse/open.ts'
import type { Columnar } from './columnar/columnar.ts'
import { type EngineLog, openDuckDb } from './columnar/duckdb/open.ts'
import type { Snapshots } from './columnar/snapshots.ts'
import { type ControlDb, openControl } from './control/control.ts'
import type { BlobStore } from './files/files.ts'
import { openFiles } from './files/open.ts'
import { openSpoolStore } from './spool/segment-spool.ts'
import type { SpoolStore } from './spool/spool.ts'

export interface Engines {
  columnar: Columnar & Snapshots
  control: ControlDb
  bus: Bus
  files: BlobStore
  spools: SpoolStore
  close(): Promise<void>
}

export interface EngineState {
  engine: string
  ok: boolean
  message: string
}

/** Opens each engine as configured: embedded in the data folder, or the one an address names. */
export async function openEngines(config: Config, folder: string, log: EngineLog): Promise<Engines> {
  const opened: { close(): Promise<void> }[] = []
  const keep = async <T extends { close(): Promise<void> }>(opening: T | Promise<T>): Promise<T> => {
    const engine = await opening
    opened.push(engine)
    return engine
  }
  const close = async () => {
    for (const engine of opened.reverse()) await engine.close()
  }
  try {
    const columnar = await keep(
      config.clickhouseUrl
        ? openClickHouse({
            url: config.clickhouseUrl,
            scratchFolder: join(folder, 'columnar'),
            inboxFolder: join(folder, 'files', 'uploads'),
            log,
          })
        : openDuckDb({
            folder: join(folder, 'columnar'),
            coldFolder: join(folder, 'files', 'datasets'),
            inboxFolder: join(folder, 'files', 'uploads'),
            log,
          }),
    )
    const control = await keep(
      openControl({ url: config.databaseUrl, file: join(folder, 'control.sqlite'), log }),
    )
    const bus = await keep(
      config.natsUrl ? connectNatsBus({ url: config.natsUrl, log }) : createInProcessBus({ log }),
    )
    const files = await openFiles({ url: config.filesUrl, folder: join(folder, 'files') })
    const spools = openSpoolStore({
      folder: join(folder, 'spool'),
      onDamage: (damage) => log.error(damage, damage.message),
    })
    return { columnar, control, bus, files, spools, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What each engine says of itself; one that throws or hangs is down. */
export async function engineStates({
  columnar,
  control,
  bus,
  files,
}: Engines): Promise<Record<string, EngineState>> {
  const ask = async (engine: string, health: Promise<EngineState>): Promise<EngineState> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<EngineState>((resolve) => {
      timer = setTimeout(() => resolve({ engine, ok: false, message: 'no answer within 3 s' }), 3_000)
    })
    try {
      return await Promise.race([health, late])
    } catch (error) {
      return { engine, ok: false, message: (error as Error).message }
    } finally {
      clearTimeout(timer)
    }
  }
  const [columns, accounts, messages, blobs] = await Promise.all([
    ask('columnar', columnar.health()),
    ask('control', control.health()),
    ask('bus', bus.health()),
    ask('files', files.health()),
  ])
  return { columnar: columns, control: accounts, bus: messages, files: blobs }
}
