/** The product's own reference data as datasets: codes of AIS, and the places of the demo port. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { boxColumns, columnName } from '../datasets/rules.ts'
import type { DatasetDefinition, DatasetField, DatasetMetadata } from '../datasets/schema.ts'
import type { Row } from '../engines/columnar/columnar.ts'
import { packageRoot, readCodeTable } from '../package-root.ts'

export interface ReferenceDataset {
  definition: DatasetDefinition
  metadata: Partial<DatasetMetadata>
  /** File of the package that the rows come from. */
  origin: string
  /** Cells by column, in order. */
  rows(): Row[]
}

const field = (
  name: string,
  type: DatasetField['type'],
  fr: string,
  en: string,
  of: Partial<DatasetField> = {},
): DatasetField => ({ name, type, label: { fr, en }, ...of })
const key = { annotations: { id: true } }
const facet = { annotations: { facet: true, disjunctive: true } }
const source = field('source', 'text', 'Source', 'Source')

const published: Partial<DatasetMetadata> = {
  publisher: 'Lacydon',
  license: 'Apache-2.0',
  licenseUrl: 'https://www.apache.org/licenses/LICENSE-2.0',
  language: ['fr', 'en'],
  updateEvery: '',
}

const snapshot = (id: string, of: Omit<DatasetDefinition, 'id' | 'kind' | 'sortBy' | 'simulated'>) =>
  ({ id, kind: 'snapshot', simulated: false, sortBy: [], ...of }) satisfies DatasetDefinition

const midCodes: ReferenceDataset = {
  definition: snapshot('mid-codes', {
    title: { fr: 'Pavillons par MID', en: 'Flags by MID' },
    description: {
      fr: 'Chiffres d’identification maritime (MID) : les trois chiffres d’un MMSI qui disent le pavillon.',
      en: 'Maritime identification digits (MID): the three digits of an MMSI that tell the flag.',
    },
    fields: [
      field('mid', 'smallint', 'MID', 'MID', key),
      field('iso2', 'text', 'Pays (ISO 3166)', 'Country (ISO 3166)', facet),
      field('name_fr', 'text', 'Nom français', 'French name'),
      field('name_en', 'text', 'Nom anglais', 'English name'),
      source,
    ],
  }),
  metadata: {
    ...published,
    theme: ['maritime'],
    keyword: ['AIS', 'MMSI', 'MID', 'pavillon'],
    references: ['https://www.itu.int/en/ITU-R/terrestrial/fmd/Pages/mid.aspx'],
    attributions: ['ITU', 'Unicode CLDR'],
  },
  origin: 'data/codes/mid.csv',
  rows() {
    const names = ['fr', 'en'].map((lang) => new Intl.DisplayNames([lang], { type: 'region' }))
    return readCodeTable('codes/mid.csv').map(({ mid, iso2, source: from }) => ({
      mid: Number(mid),
      iso2: iso2!,
      name_fr: names[0]!.of(iso2!) ?? null,
      name_en: names[1]!.of(iso2!) ?? null,
      source: from!,
    }))
  },
}

const shipTypes: ReferenceDataset = {
  definition: snapshot('ship-types', {
    title: { fr: 'Types de navires AIS', en: 'AIS ship types' },
    description: {
      fr: 'Familles des types de navires de l’AIS, et vitesse qu’aucun navire de la famille ne dépasse : au-delà, une position est douteuse.',
      en: 'Families of the ship types of AIS, and the speed no ship of the family exceeds: beyond, a position is doubtful.',
    },
    fields: [
      field('from', 'smallint', 'Du type', 'From type', key),
      field('to', 'smallint', 'Au type', 'To type', key),
      field('category', 'text', 'Famille', 'Category', facet),
      field('maxSpeedKn', 'double', 'Vitesse maximale', 'Greatest speed', { unit: 'kn' }),
      source,
    ],
  }),
  metadata: {
    ...published,
    theme: ['maritime'],
    keyword: ['AIS', 'navire'],
    attributions: ['ITU-R M.1371-5'],
  },
  origin: 'data/codes/ship-types.csv',
  rows: () =>
    readCodeTable('codes/ship-types.csv').map(({ from, to, category, maxSpeedKn, source: of }) => ({
      from: Number(from),
      to: Number(to),
      category: category!,
      maxSpeedKn: Number(maxSpeedKn),
      source: of!,
    })),
}

const navigationStatus: ReferenceDataset = {
  definition: snapshot('navigation-status', {
    title: { fr: 'États de navigation AIS', en: 'AIS navigational status' },
    description: {
      fr: 'Les seize états de navigation qu’un navire de classe A transmet.',
      en: 'The sixteen navigational statuses that a class A vessel transmits.',
    },
    fields: [
      field('code', 'tinyint', 'Code', 'Code', key),
      field('name_fr', 'text', 'Nom français', 'French name'),
      field('name_en', 'text', 'Nom anglais', 'English name'),
      field('isUnderWay', 'boolean', 'Fait route', 'Under way', facet),
      source,
    ],
  }),
  metadata: {
    ...published,
    theme: ['maritime'],
    keyword: ['AIS', 'navire'],
    attributions: ['ITU-R M.1371-5'],
  },
  origin: 'data/codes/navigation-status.csv',
  rows: () =>
    readCodeTable('codes/navigation-status.csv').map(
      ({ code, name_fr, name_en, isUnderWay, source: of }) => ({
        code: Number(code),
        name_fr: name_fr!,
        name_en: name_en!,
        isUnderWay: isUnderWay === '' ? null : isUnderWay === 'true',
        source: of!,
      }),
    ),
}

const shape = field('shape', 'geo_shape', 'Contour', 'Outline')
const centre = field('centre', 'geo_point_2d', 'Centre', 'Centre')

const demoPlaces: ReferenceDataset = {
  definition: {
    ...snapshot('demo-places', {
      title: { fr: 'Lieux du port de démonstration (simulé)', en: 'Places of the demo port (simulated)' },
      description: {
        fr: 'Postes, chenaux, mouillages, marinas et points de pilotage dessinés à la main pour la démonstration ; indicatif, ne pas utiliser pour la navigation.',
        en: 'Berths, fairways, anchorages, marinas and pilot stations drawn by hand for the demo; indicative, not for navigation.',
      },
      fields: [
        field('id', 'text', 'Identifiant', 'Identifier', key),
        field('kind', 'text', 'Nature', 'Kind', facet),
        field('name_fr', 'text', 'Nom français', 'French name'),
        field('name_en', 'text', 'Nom anglais', 'English name'),
        field('unlocode', 'text', 'Port (UN/LOCODE)', 'Port (UN/LOCODE)', facet),
        field('terminal', 'text', 'Terminal', 'Terminal', facet),
        field('lengthM', 'double', 'Longueur', 'Length', { unit: 'm' }),
        field('depthM', 'double', 'Profondeur', 'Depth', { unit: 'm' }),
        field('maxLoaM', 'double', 'Longueur maximale des navires', 'Greatest length of ships', {
          unit: 'm',
        }),
        field('headingDeg', 'double', 'Orientation', 'Heading', { unit: '°' }),
        field('accuracyM', 'double', 'Précision', 'Accuracy', { unit: 'm' }),
        shape,
        centre,
        source,
      ],
    }),
    simulated: true,
  },
  metadata: {
    ...published,
    theme: ['maritime', 'territory'],
    keyword: ['port', 'quai', 'simulé'],
    territory: ['13055', '13039'],
  },
  origin: 'data/demo/places.geojson',
  rows: () => readDemoPlaces().map(placeRow),
}

interface PlaceFeature {
  properties: Record<string, string | number | string[] | [number, number] | boolean | null | undefined>
  geometry: { type: string; coordinates: unknown }
}

const readDemoPlaces = (): PlaceFeature[] =>
  JSON.parse(readFileSync(join(packageRoot, 'data', 'demo', 'places.geojson'), 'utf8')).features

function placeRow({ properties, geometry }: PlaceFeature): Row {
  const text = (name: string) =>
    typeof properties[name] === 'string' && properties[name] ? properties[name] : null
  const number = (name: string) => (typeof properties[name] === 'number' ? properties[name] : null)
  const positions = positionsOf(geometry.coordinates)
  const lons = positions.map(([lon]) => lon)
  const lats = positions.map(([, lat]) => lat)
  const box = boxColumns(shape)
  const west = Math.min(...lons)
  const south = Math.min(...lats)
  const east = Math.max(...lons)
  const north = Math.max(...lats)
  const [lon, lat] = Array.isArray(properties.centre)
    ? properties.centre
    : [(west + east) / 2, (south + north) / 2]
  const texts = ['id', 'kind', 'name_fr', 'name_en', 'unlocode', 'terminal', 'source']
  const numbers = ['lengthM', 'depthM', 'maxLoaM', 'headingDeg', 'accuracyM']
  return {
    ...Object.fromEntries(texts.map((name) => [name, text(name)])),
    ...Object.fromEntries(numbers.map((name) => [name, number(name)])),
    [columnName(shape.name)]: JSON.stringify(geometry),
    [box.west]: west,
    [box.south]: south,
    [box.east]: east,
    [box.north]: north,
    centre_lon: Number(lon),
    centre_lat: Number(lat),
  }
}

const positionsOf = (coordinates: unknown): [number, number][] => {
  if (!Array.isArray(coordinates)) return []
  if (typeof coordinates[0] === 'number') return [coordinates as [number, number]]
  return coordinates.flatMap(positionsOf)
}

/** Shown on every instance. */
export const codeDatasets: readonly ReferenceDataset[] = [midCodes, shipTypes, navigationStatus]
/** Shown while the demo port runs. */
export const demoDatasets: readonly ReferenceDataset[] = [demoPlaces]
