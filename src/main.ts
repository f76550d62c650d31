import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { startDemoPort } from '../simulator/demo-port.ts'
import { removeLocalAccess, writeLocalAccess } from './accounts/local-access.ts'
import { accountMigrations } from './accounts/tables.ts'
import { sendExpiryNotice } from './agreement-letters.ts'
import { tellOfBrokenGlass } from './break-glass-letters.ts'
import type { Config } from './config.ts'
import { aisDatasets, type Realm } from './connectors/ais/datasets.ts'
import { parseAisAddress } from './connectors/ais/inputs/address.ts'
import { systemClock } from './connectors/ais/inputs/clock.ts'
import { AisFeeds, sourceStateOf } from './connectors/ais/service.ts'
import { importRoutes } from './connectors/portals/routes.ts'
import { Imports } from './connectors/portals/service.ts'
import { portalMigrations } from './connectors/portals/tables.ts'
import { DatasetChanges } from './datasets/changes.ts'
import { changeRoutes } from './datasets/changes-routes.ts'
import { Catalogue } from './datasets/explore/catalogue.ts'
import { decidedAccess, knowsGone } from './datasets/explore/decided.ts'
import { exploreRoutes } from './datasets/explore/routes.ts'
import { datasetSources } from './datasets/explore/sources.ts'
import { exploreMigrations, instanceSecret } from './datasets/explore/tables.ts'
import { loadingRoutes } from './datasets/loading/routes.ts'
import { Loads } from './datasets/loading/service.ts'
import { loadingMigrations } from './datasets/loading/tables.ts'
import { packRoutes } from './datasets/pack/routes.ts'
import { tendStreams } from './datasets/retention.ts'
import { reuseRoutes } from './datasets/reuses/routes.ts'
import { DatasetReuses } from './datasets/reuses/service.ts'
import { reuseMigrations } from './datasets/reuses/tables.ts'
import { datasetRoutes } from './datasets/routes.ts'
import { SeenDatasets } from './datasets/seen.ts'
import { Datasets } from './datasets/service.ts'
import { pushRoutes } from './datasets/stream/push-routes.ts'
import { streamRoutes } from './datasets/stream/routes.ts'
import { RowPushes } from './datasets/stream/row-pushes.ts'
import { RowStreams } from './datasets/stream/row-streams.ts'
import { streamMigrations } from './datasets/stream/tables.ts'
import { datasetMigrations } from './datasets/tables.ts'
import { tileRoutes } from './datasets/tiles/routes.ts'
import { Tiles } from './datasets/tiles/tiles.ts'
import { versionRoutes } from './datasets/versions-routes.ts'
import { wordMeasure } from './datasets/words/measures.ts'
import { WordIndexes } from './datasets/words/word-indexes.ts'
import { dataspaceRoutes } from './dataspace/routes.ts'
import { openDataFolder } from './engines/data-folder.ts'
import { openEngines } from './engines/engines.ts'
import { keepAccessLog } from './http/access-log.ts'
import { buildApp } from './http/app.ts'
import type { DeclaredDoor } from './http/doors.ts'
import { healthRoute } from './http/health.ts'
import { boundAddress, listen } from './http/listen.ts'
import { metricsRoute } from './http/metrics.ts'
import { Outbound } from './http/outbound.ts'
import { serveWeb } from './http/web.ts'
import { openIdentity } from './identity.ts'
import { journalDatasets } from './journal/datasets.ts'
import { journalRoutes } from './journal/routes.ts'
import { Journal } from './journal/service.ts'
import { journalMigrations } from './journal/tables.ts'
import { DatasetUse } from './journal/usage.ts'
import { mailMigrations } from './mail/tables.ts'
import { loadLandMask } from './maritime/land-mask.ts'
import { checkHealth, measures } from './operations.ts'
import { organisationMigrations } from './organisations/tables.ts'
import { isReferenceDataset, loadReferenceData } from './places/service.ts'
import { productDatasets } from './product.ts'
import { collectGarbage } from './settled-memory.ts'
import { Agreements } from './sharing/agreements.ts'
import { breakGlassRoutes, type GlassBroken } from './sharing/break-glass.ts'
import { claimNewDatasets } from './sharing/claims.ts'
import { ExpiryLetters } from './sharing/expiry-letters.ts'
import { limitUse } from './sharing/limit-use.ts'
import { PartiesInMemory } from './sharing/parties.ts'
import { Policies } from './sharing/policies.ts'
import { presenceDatasets, presenceDerivation, presenceKeepDays } from './sharing/presence.ts'
import { ownUseGrants } from './sharing/product-grants.ts'
import { Quotas } from './sharing/quotas.ts'
import { sharingRoutes } from './sharing/routes.ts'
import { Sharing } from './sharing/service.ts'
import { decidedStanding } from './sharing/standing.ts'
import { sharingMigrations } from './sharing/tables.ts'
import { transferRoutes } from './sharing/transfer-routes.ts'
import { noteTransfers, Transfers } from './sharing/transfers.ts'
import { noticesOf } from './start-notices.ts'
import { type Chore, startUpkeep } from './upkeep.ts'
import { decidedAudience } from './vessels/audience.ts'
import { LiveStream } from './vessels/live-stream.ts'
import { vesselRoutes } from './vessels/routes.ts'
import { Vessels } from './vessels/service.ts'

export interface Running {
  /** Where people reach it, such as http://127.0.0.1:8787. */
  address: string
  /** Every route with its door. */
  doors: readonly DeclaredDoor[]
  /** What the start tells once: the link for the administrator, or how to sign in to the demo. */
  notices: string[]
  close(): Promise<void>
}

const tickMs = 1_000
const ageEveryMs = 5_000
const wordsEveryMs = 5_000
const refreshEveryMs = 5_000
const simulatedDays = 3

/** Starts the platform: configuration → engines → slices → http → listen. */
export async function startLacydon(config: Config): Promise<Running> {
  // A wrong address stops the start before anything is made or taken.
  for (const address of config.ais) parseAisAddress(address)
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: false }))
  const folder = openDataFolder(config.dataDir)
  const closers: (() => unknown)[] = [() => folder.release()]
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const engines = await openEngines(config, folder.path, log)
    closers.push(() => engines.close())
    const { columnar, control, spools } = engines
    const realm: Realm = config.demo ? 'simulated' : 'real'

    await control.migrate([
      datasetMigrations,
      loadingMigrations,
      exploreMigrations,
      portalMigrations,
      streamMigrations,
      reuseMigrations,
      journalMigrations,
      sharingMigrations,
      mailMigrations,
      accountMigrations,
      organisationMigrations,
    ])
    const identity = await openIdentity({ config, control, now: () => new Date(), fetch, log })
    closers.push(() => identity.close())
    const datasets = await Datasets.open({
      columnar,
      control,
      builtIn: productDatasets,
      now: () => new Date(),
      log,
    })
    const loads = await Loads.open({ datasets, columnar, control, now: () => new Date(), log })
    closers.push(() => loads.close())
    const outbound = new Outbound({ allow: config.outboundAllow, contact: config.publicUrl })
    closers.push(() => outbound.close())
    const imports = await Imports.open({ datasets, loads, control, outbound, now: () => new Date(), log })
    closers.push(() => imports.close())
    const journal = await Journal.open({
      spools,
      columnar,
      control,
      folder: folder.path,
      now: () => new Date(),
      log,
    })
    closers.push(() => journal.close())
    const use = new DatasetUse({ columnar, journal })
    const secret = await instanceSecret(control)
    const parties = await PartiesInMemory.open({
      read: () => identity.consortia.parties(),
      firstAccountAt: () => identity.accounts.firstAccountAt,
    })
    identity.organisations.onChanged(() => parties.refresh())
    const sharing = await Sharing.open({
      control,
      columnar,
      parties: parties.current,
      secret,
      definitionOf: (id) => datasets.get(id),
      isProduct: isReferenceDataset,
      isStillGood: (principal) => identity.accounts.isStillGood(principal),
      productGrants: ownUseGrants(journalDatasets.map(({ id }) => id)),
      now: () => new Date(),
      log,
    })
    const describe = (id: string) => datasets.describe(id)
    const standingOf = decidedStanding(sharing, describe)
    const vessels = await Vessels.open({ realm, datasets, columnar, wallMs: Date.now })
    closers.push(() => vessels.save())

    const demo = config.demo ? await startDemo(config, vessels) : undefined
    if (demo) closers.push(() => demo.close())
    const feeds = await AisFeeds.open({
      addresses: demo ? [`tcp://127.0.0.1:${demo.port}`] : config.ais,
      realm,
      spools,
      columnar,
      listener: vessels.registry,
      isOnLand: loadLandMask(),
      effects: { clock: systemClock, log: plainLog(log), random: Math.random },
      spoolKeepBytes: config.spoolKeepMb * 1_000_000,
      seedMemory: (memory) => vessels.seed(memory),
    })
    closers.push(() => feeds.stop())

    const stream = new LiveStream(vessels.registry, {
      epoch: randomBytes(6).toString('hex'),
      overview: () => vessels.streamOverview(feeds.status()),
      now: Date.now,
    })
    const app = await buildApp({
      trustedProxies: config.trustedProxies,
      publicUrl: config.publicUrl,
      logger: log,
      identify: identity.identify,
      hasAccounts: identity.hasAccounts,
    })
    closers.push(() => app.close())
    keepAccessLog(app, { log: journal, standingOf })
    const policies = new Policies(sharing)
    const quotas = new Quotas({ control, now: () => new Date() })
    limitUse(app, { quotas, sharing, describe, log })
    const transfers = new Transfers({ control, sharing })
    noteTransfers(app, { transfers, sharing, describe })
    claimNewDatasets(app, policies, (id) => datasets.has(id))
    healthRoute(app, () => checkHealth(engines, feeds))
    loadingRoutes(app, loads)
    importRoutes(app, imports)
    const now = () => new Date()
    journalRoutes(app, { journal, use, standingOf, now })
    const words = new WordIndexes({ store: columnar, datasets, log })
    closers.push(() => words.close())
    metricsRoute(app, [...measures(feeds, vessels, stream), wordMeasure(words)])
    const sources = datasetSources(datasets, now, (id, version) => words.indexOf(id, version))
    const visibleFields = decidedAccess(sharing, describe)
    const seen = new SeenDatasets({ datasets, sources, visibleFields, mayKnowGone: knowsGone(sharing) })
    const changes = new DatasetChanges({ columnar, now })
    datasetRoutes(app, datasets, seen)
    versionRoutes(app, { datasets, changes, seen })
    changeRoutes(app, { datasets, changes, seen, publicUrl: config.publicUrl })
    const catalogue = await Catalogue.open({ columnar, sources, secret, now })
    await exploreRoutes(app, {
      columnar,
      sources,
      catalogue,
      secret,
      now,
      visibleFields,
      totalsOfUse: () => use.totals(),
      offersTo: (principal, id, base) => sharing.offersTo(principal, describe(id), base) ?? [],
      publicUrl: config.publicUrl,
    })
    const tiles = new Tiles({ columnar, sources, now, visibleFields })
    closers.push(() => tiles.close())
    tileRoutes(app, tiles, config)
    reuseRoutes(app, { reuses: new DatasetReuses({ control, now }), seen, standingOf })
    packRoutes(app, { columnar, sources, now, visibleFields })
    const rowStreams = new RowStreams({ columnar, sources, now, log, visibleFields })
    closers.push(() => rowStreams.close())
    streamRoutes(app, rowStreams)
    const pushes = new RowPushes({ columnar, control, datasets, now })
    pushRoutes(app, pushes)
    vesselRoutes(app, {
      vessels,
      stream,
      sources: () => feeds.status().map(sourceStateOf),
      audienceOf: decidedAudience({ realm, sharing, describe }),
    })
    const agreements = new Agreements(sharing)
    sharingRoutes(app, {
      sharing,
      policies,
      agreements,
      describe,
      sources,
      columnar,
    })
    const tellOwner = (broken: GlassBroken) => tellOfBrokenGlass(identity, broken)
    breakGlassRoutes(app, { sharing, describe, tellOwner })
    transferRoutes(app, { transfers, agreements, sharing, describe })
    dataspaceRoutes(app, { sharing, datasets, publicUrl: config.publicUrl })
    identity.routes(app, {
      datasets,
      ownedBy: (id, principal) =>
        datasets
          .list()
          .map((definition) => describe(definition.id))
          .filter((asked) => sharing.policyOf(asked).owner === id)
          .filter((asked) => sharing.decide(principal, asked, 'discover').allow)
          .map(({ definition }) => definition.id),
    })
    await serveWeb(app)
    const address = await listen(app, config)
    identity.reachedAt(address)
    writeLocalAccess(folder.path, { address: boundAddress(app, address), token: identity.localToken })
    closers.push(() => removeLocalAccess(folder.path))

    // Not waited for: nobody's first answer depends on it.
    const reference = loadReferenceData({ store: columnar, datasets, log, withDemo: config.demo })
    // The first visitor of the catalogue need not wait until it is written.
    const written = reference
      .then(() => catalogue.refresh())
      .catch((error) => log.warn({ error: error.message }, 'the catalogue could not be written yet'))
      .finally(collectGarbage)
    closers.push(() => written)

    feeds.start()
    const noteSources = () => {
      for (const { id, state } of feeds.status()) vessels.registry.noteSource(id, state === 'finished')
    }
    noteSources()
    const every = (ms: number, work: () => unknown) => {
      const timer = setInterval(work, ms)
      closers.push(() => clearInterval(timer))
    }
    every(tickMs, () => {
      noteSources()
      stream.tick()
      rowStreams.tick()
    })
    every(tickMs, () =>
      parties
        .refresh()
        .then(() => sharing.tick())
        .catch((error) => log.warn({ error: error.message }, 'rights could not be read again')),
    )
    every(tickMs, () =>
      journal.tick().catch((error) => log.warn({ error: error.message }, 'the journal could not be stored')),
    )
    every(ageEveryMs, () => vessels.registry.age())
    every(wordsEveryMs, () => words.tend())
    every(Vessels.saveEveryMs, () =>
      vessels.save().catch((error) => log.warn({ error: error.message }, 'vessels could not be saved')),
    )
    // Other nodes publish too.
    if (control.engine === 'postgresql')
      every(refreshEveryMs, () =>
        datasets
          .refresh()
          .catch((error) => log.warn({ error: error.message }, 'datasets could not be read again')),
      )
    if (control.engine === 'postgresql')
      every(refreshEveryMs, () =>
        identity.accounts
          .refresh()
          .catch((error) => log.warn({ error: error.message }, 'accounts could not be read again')),
      )
    const tend = async () => {
      const by = { columnar, simulatedDays, now, log }
      await tendStreams({ ...by, datasets: aisDatasets, days: config.aisRetentionDays })
      await tendStreams({ ...by, datasets: presenceDatasets, days: presenceKeepDays })
      await tendStreams({ ...by, datasets: journalDatasets, days: config.journalRetentionDays })
      await journal.release(config.journalRetentionDays)
    }
    const presence = presenceDerivation({
      isSimulated: realm === 'simulated',
      columnar,
      definitionOf: (id) => datasets.get(id),
      wanted: (input) => sharing.policyOf(describe(input)).aggregate,
      now,
    })
    const letters = new ExpiryLetters({
      control,
      sharing,
      send: (notice) => sendExpiryNotice(identity, notice, config.publicUrl ?? address),
    })
    const versions = { keepLast: config.versionsKeep, keepDays: config.versionsKeepDays }
    const chores: Chore[] = [
      { run: tend, failure: 'what is past its time could not be deleted', isSoon: true },
      { run: () => presence.run(), failure: 'presence could not be counted', isSoon: true },
      { run: () => letters.run(), failure: 'letters about agreements could not be sent', isSoon: true },
      { run: () => quotas.tend(), failure: 'old use could not be forgotten' },
      { run: () => datasets.prune(versions), failure: 'old versions could not be purged' },
      { run: () => loads.tend(), failure: 'old loads could not be forgotten' },
      { run: () => pushes.tend(), failure: 'old pushes could not be forgotten' },
    ]
    closers.push(startUpkeep(chores, log))
    return { address, doors: app.doors.declared(), notices: noticesOf(identity, address), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The simulated port goes on where its stored past ends, at most `demoHours` back. */
async function startDemo(config: Config, vessels: Vessels) {
  const now = Date.now()
  const { lastAt } = await vessels.overview()
  const earliestMs = now - config.demoHours * 3_600_000
  const startAt = new Date(
    Math.min(now, Math.max(earliestMs, lastAt === null ? earliestMs : Date.parse(lastAt))),
  )
  return startDemoPort({ seed: config.demoSeed, startAt, speed: 1, port: 0, host: '127.0.0.1' })
}

const plainLog = (log: pino.Logger) => ({
  info: (text: string) => log.info(text),
  warn: (text: string) => log.warn(text),
})
