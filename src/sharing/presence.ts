/** Counts of craft that no public door shows one by one (data/sharing/aggregate-release.json), as public datasets. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { columnName, simulatedTwin, tableName } from '../datasets/rules.ts'
import type { BuiltInDataset, DatasetDefinition, DatasetField, DatasetMetadata } from '../datasets/schema.ts'
import type { Columnar } from '../engines/columnar/columnar.ts'
import { packageRoot } from '../package-root.ts'
import { type AggregateFloor, atLeast } from './aggregate.ts'
import { AggregateDerivation } from './derivation.ts'
import { filterExpression, tableLookUp } from './expressions.ts'
import { platformFilter, type Written } from './public-release.ts'
import type { AggregateRelease } from './schema.ts'

interface WrittenRelease {
  input: string
  release: AggregateRelease
  simulatedDelayS: number
  keepDays: number
  keep: Written
}
const written: { floor: AggregateFloor; datasets: { 'ais-presence': WrittenRelease } } = JSON.parse(
  readFileSync(join(packageRoot, 'data', 'sharing', 'aggregate-release.json'), 'utf8'),
)
const presence = written.datasets['ais-presence']

const field = (
  name: string,
  type: DatasetField['type'],
  fr: string,
  en: string,
  more: Partial<DatasetField> = {},
): DatasetField => ({ name, type, label: { fr, en }, ...more })

const { gridDeg, windowS, k, delayS } = presence.release
const hours = windowS / 3_600
const decimal = (n: number) => String(n).replace('.', ',')

/** With how it is computed, told to whoever reads the record. */
const definition: DatasetDefinition = {
  id: 'ais-presence',
  kind: 'stream',
  simulated: false,
  title: { fr: 'Présence de petites embarcations', en: 'Presence of small craft' },
  description: {
    fr: `Combien d’embarcations distinctes (plaisance, pêche, AIS classe B, moins de 20 m ou inconnues) ont été entendues dans chaque maille fixe de ${decimal(gridDeg)}° et chaque fenêtre fixe de ${hours} h (UTC). Un chiffre n’est donné qu’à partir de ${k} embarcations, sinon la cellule est vide et ne dit pas s’il y avait quelqu’un ; une maille apparaît avec son premier chiffre. Publié au moins ${delayS / 3_600} h après, une seule fois : ce qui arrive plus tard ne change rien. Les navires montrés un à un n’y comptent pas, ni les navires militaires ou des forces de l’ordre, ni les positions douteuses. Tout total est une somme de chiffres publiés.`,
    en: `How many distinct craft (pleasure, fishing, AIS class B, under 20 m or unknown) were heard in each fixed cell of ${gridDeg}° and each fixed window of ${hours} h (UTC). A figure is given from ${k} craft on, else the cell is empty and does not say whether anybody was there; a cell appears with its first figure. Published at least ${delayS / 3_600} h later, once: what arrives later changes nothing. Vessels shown one by one do not count, nor do military and law-enforcement vessels and doubtful positions. Any total is a sum of published figures.`,
  },
  eventTime: 'at',
  receiveTime: 'releasedAt',
  sortBy: ['cell', 'at'],
  fields: [
    field('at', 'timestamp', 'Début de la fenêtre (UTC)', 'Start of the window (UTC)', {
      annotations: { timeserie_precision: 'hour' },
    }),
    field('cell', 'text', 'Maille', 'Cell', { annotations: { facet: true, disjunctive: true } }),
    field('position', 'geo_point_2d', 'Centre de la maille', 'Centre of the cell', {
      coordinates: { lon: 'lon', lat: 'lat' },
    }),
    field('lon', 'double', 'Longitude du centre (WGS 84)', 'Longitude of the centre (WGS 84)', { unit: '°' }),
    field('lat', 'double', 'Latitude du centre (WGS 84)', 'Latitude of the centre (WGS 84)', { unit: '°' }),
    field('vessels', 'integer', 'Embarcations distinctes', 'Distinct craft'),
    field('method', 'text', 'Méthode et série', 'Method and series', { annotations: { facet: true } }),
    field('releasedAt', 'timestamp', 'Publié (UTC)', 'Published (UTC)'),
  ],
}

const told: DatasetMetadata = {
  theme: ['maritime'],
  keyword: ['AIS', 'plaisance', 'pêche', 'fréquentation', 'pleasure craft'],
  sector: ['maritime-tourism'],
  publisher: 'Lacydon',
  license: 'source-terms',
  licenseUrl: '',
  language: ['fr', 'en'],
  territory: [],
  references: [],
  attributions: [],
  updateEvery: `PT${hours}H`,
}

const twinDefinition: DatasetDefinition = {
  ...simulatedTwin(definition),
  description: {
    fr: `${definition.description.fr} Ici, personne n’est derrière ces embarcations inventées : publié sans délai.`,
    en: `${definition.description.en} Here, nobody is behind these invented craft: published without delay.`,
  },
}

/** The dataset, and its simulated twin. */
export const presenceDatasets: readonly BuiltInDataset[] = [
  { ...definition, metadata: told },
  {
    ...twinDefinition,
    metadata: {
      ...told,
      license: 'CC0 1.0',
      licenseUrl: 'https://creativecommons.org/publicdomain/zero/1.0/',
      territory: ['13055', '13039'],
    },
  },
]
/** Days that figures stay. */
export const presenceKeepDays = presence.keepDays

/**
 * Counts presence from the rows of one realm. `wanted` is what the policy of the input says of counts, if anything: it
 * may be coarser than the platform's floor, never finer.
 */
export function presenceDerivation({
  isSimulated,
  columnar,
  definitionOf,
  wanted = () => null,
  now,
}: {
  isSimulated: boolean
  columnar: Pick<Columnar, 'query' | 'append' | 'ranges'>
  /** Throws `not_found`. */
  definitionOf(dataset: string): DatasetDefinition
  wanted?: (input: string) => AggregateRelease | null
  now: () => Date
}): AggregateDerivation {
  const output = isSimulated ? twinDefinition : definition
  const input = definitionOf(isSimulated ? `${presence.input}-simulated` : presence.input)
  const floor = isSimulated ? { ...written.floor, delayS: presence.simulatedDelayS } : written.floor
  const release = isSimulated ? { ...presence.release, delayS: presence.simulatedDelayS } : presence.release
  const keep = platformFilter(presence.keep, output.id)
  return new AggregateDerivation({
    columnar,
    output,
    counted: {
      table: tableName(input.id),
      where: filterExpression(keep, input.fields, tableLookUp(definitionOf)),
      eventTime: columnName(input.eventTime!),
      lon: 'lon',
      lat: 'lat',
    },
    // What is counted is craft, whatever else a policy might name.
    release: () => atLeast({ ...(wanted(input.id) ?? release), subject: release.subject }, floor),
    now,
  })
}
