import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import type { Command } from './cli.ts'
import { readConfig } from './config.ts'
import { instanceTarget } from './datasets/loading/instance-target.ts'
import {
  type LoadTarget,
  loadUsage,
  readLoadArguments,
  runLoadCommand,
} from './datasets/loading/load-command.ts'
import { localTarget } from './datasets/loading/local-target.ts'
import { Loads } from './datasets/loading/service.ts'
import { loadingMigrations } from './datasets/loading/tables.ts'
import { Datasets } from './datasets/service.ts'
import { datasetMigrations } from './datasets/tables.ts'
import { openDataFolder } from './engines/data-folder.ts'
import { openEngines } from './engines/engines.ts'
import { productDatasets } from './product.ts'
import { findInstance } from './running-instance.ts'

/** `lacydon load FILE --dataset ID`. */
export const command: Command = {
  name: 'load',
  summary: 'load a file as the next version of a dataset',
  usage: loadUsage,
  run: (args, io) =>
    runLoadCommand(readLoadArguments(args), io, async ({ at, dataDir }) => {
      const settings = dataDir === undefined ? [] : ['--data-dir', dataDir]
      const instance = await findInstance(settings, at)
      return instance
        ? instanceTarget(instance.address, { fetch: instance.fetch, pause: (ms) => pause(ms) })
        : openFolder(settings)
    }),
}

/** The data folder, taken for this process. Throws `conflict` when an instance runs on it: `--at` reaches that one. */
async function openFolder(settings: string[]): Promise<LoadTarget> {
  const config = readConfig(process.env, settings, process.cwd())
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: false }))
  const folder = openDataFolder(config.dataDir)
  const closers: (() => unknown)[] = [() => folder.release()]
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const engines = await openEngines(config, folder.path, log)
    closers.push(() => engines.close())
    const { columnar, control } = engines
    await control.migrate([datasetMigrations, loadingMigrations])
    const now = () => new Date()
    const datasets = await Datasets.open({ columnar, control, builtIn: productDatasets, now, log })
    const loads = await Loads.open({ datasets, columnar, control, now, log })
    closers.push(() => loads.close())
    return localTarget(loads, close)
  } catch (error) {
    await close()
    throw error
  }
}
