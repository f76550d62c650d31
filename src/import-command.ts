import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import type { Command } from './cli.ts'
import { readConfig } from './config.ts'
import {
  type ImportTarget,
  importUsage,
  readImportArguments,
  readPortals,
  runImportCommand,
} from './connectors/portals/import-command.ts'
import { instanceTarget } from './connectors/portals/instance-target.ts'
import { reportCsv } from './connectors/portals/parity.ts'
import { Imports } from './connectors/portals/service.ts'
import { portalMigrations } from './connectors/portals/tables.ts'
import { Loads } from './datasets/loading/service.ts'
import { loadingMigrations } from './datasets/loading/tables.ts'
import { Datasets } from './datasets/service.ts'
import { datasetMigrations } from './datasets/tables.ts'
import { openDataFolder } from './engines/data-folder.ts'
import { openEngines } from './engines/engines.ts'
import { invalidSetting } from './errors.ts'
import { Outbound } from './http/outbound.ts'
import { productDatasets } from './product.ts'
import { findInstance } from './running-instance.ts'

const pollMs = 500

/** `lacydon import URL`. */
export const command: Command = {
  name: 'import',
  summary: 'import the datasets of a portal, or of a list of portals',
  usage: importUsage,
  async run(args, io) {
    const given = readImportArguments(args)
    const { catalogue, report: reportFile } = given
    const requests =
      catalogue === undefined
        ? given.requests
        : readPortals(
            await readFile(catalogue, 'utf8').catch(() => {
              throw invalidSetting('--catalogue', catalogue, 'the path of a list of portals that can be read')
            }),
            catalogue,
          )
    const settings = given.dataDir === undefined ? [] : ['--data-dir', given.dataDir]
    const instance = await findInstance(settings, given.at)
    const target = instance
      ? instanceTarget(instance.address, { fetch: instance.fetch, pause: (ms) => pause(ms) })
      : await openFolder(settings)
    // A table for each portal of a list, one after the other in the same file.
    let written = ''
    try {
      return await runImportCommand(requests, io, target, async (report) => {
        if (reportFile === undefined) return
        const csv = reportCsv(report)
        written += written === '' ? csv : csv.slice(csv.indexOf('\n') + 1)
        await writeFile(reportFile, written)
      })
    } finally {
      await target.close()
    }
  },
}

/** The data folder, taken for this process. Throws `conflict` when an instance runs on it: `--at` reaches that one. */
async function openFolder(settings: string[]): Promise<ImportTarget> {
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
    await control.migrate([datasetMigrations, loadingMigrations, portalMigrations])
    const now = () => new Date()
    const datasets = await Datasets.open({ columnar, control, builtIn: productDatasets, now, log })
    const outbound = new Outbound({ allow: config.outboundAllow, contact: config.publicUrl })
    closers.push(() => outbound.close())
    const loads = await Loads.open({ datasets, columnar, control, now, log })
    closers.push(() => loads.close())
    const imports = await Imports.open({ datasets, loads, control, outbound, now, log })
    closers.push(() => imports.close())
    return {
      begin: (request) => imports.begin(request),
      async ended({ id }, onProgress) {
        const timer = setInterval(() => void imports.view(id).then(onProgress, () => {}), pollMs)
        try {
          onProgress(await imports.settled(id))
          return await imports.report(id)
        } finally {
          clearInterval(timer)
        }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
