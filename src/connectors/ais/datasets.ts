import { simulatedTwin } from '../../datasets/rules.ts'
import type {
  BuiltInDataset,
  DatasetDefinition,
  DatasetField,
  DatasetMetadata,
} from '../../datasets/schema.ts'

const field = (
  name: string,
  type: DatasetField['type'],
  fr: string,
  en: string,
  unit?: string,
): DatasetField => ({ name, type, label: { fr, en }, ...(unit && { unit }) })

/** A field whose few values make a filter. */
const facet = (name: string, type: DatasetField['type'], fr: string, en: string): DatasetField => ({
  ...field(name, type, fr, en),
  annotations: { facet: true, disjunctive: true },
})

/** The point that longitude and latitude make. */
const position: DatasetField = {
  name: 'position',
  type: 'geo_point_2d',
  label: { fr: 'Position', en: 'Position' },
  coordinates: { lon: 'lon', lat: 'lat' },
}

/** Who sent it and when: the same on every stream of messages. */
const transmission = [
  field('at', 'timestamp', 'Instant d’émission (UTC)', 'Time of transmission (UTC)'),
  field('receivedAt', 'timestamp', 'Instant de réception (UTC)', 'Time of receipt (UTC)'),
  facet('timeSource', 'text', 'Origine de l’heure', 'Where the time comes from'),
  field('mmsi', 'integer', 'MMSI', 'MMSI'),
  facet('type', 'tinyint', 'Type de message', 'Message type'),
]

const reception = [
  facet('station', 'text', 'Station de réception', 'Receiving station'),
  field('channel', 'text', 'Canal radio', 'Radio channel'),
  field('signalDbm', 'double', 'Force du signal', 'Signal strength', 'dBm'),
  field('flags', 'text', 'Réserves de plausibilité', 'Plausibility flags'),
]

const aisPositions: DatasetDefinition = {
  id: 'ais-positions',
  kind: 'stream',
  simulated: false,
  title: { fr: 'Positions AIS', en: 'AIS positions' },
  description: {
    fr: 'Une ligne par compte rendu de position reçu (types 1, 2, 3, 9, 18, 19, 27), dédoublonné entre récepteurs. Rien n’est supprimé : les positions douteuses portent une réserve.',
    en: 'One row per position report heard (types 1, 2, 3, 9, 18, 19, 27), de-duplicated across receivers. Nothing is deleted: doubtful positions carry a flag.',
  },
  eventTime: 'at',
  receiveTime: 'receivedAt',
  sortBy: ['mmsi', 'at'],
  fields: [
    ...transmission,
    facet('aisClass', 'text', 'Classe AIS', 'AIS class'),
    position,
    field('lon', 'double', 'Longitude (WGS 84)', 'Longitude (WGS 84)', '°'),
    field('lat', 'double', 'Latitude (WGS 84)', 'Latitude (WGS 84)', '°'),
    field('sogKn', 'double', 'Vitesse fond', 'Speed over ground', 'kn'),
    field('cogDeg', 'double', 'Route fond', 'Course over ground', '°'),
    field('headingDeg', 'smallint', 'Cap', 'Heading', '°'),
    field('rotDegPerMin', 'double', 'Taux de giration', 'Rate of turn', '°/min'),
    facet('navStatus', 'tinyint', 'État de navigation', 'Navigational status'),
    field('accuracyHigh', 'boolean', 'Position à moins de 10 m', 'Position better than 10 m'),
    field('raim', 'boolean', 'RAIM en service', 'RAIM in use'),
    field('manoeuvre', 'tinyint', 'Manœuvre particulière', 'Special manoeuvre'),
    field('utcSecond', 'tinyint', 'Seconde UTC du relevé', 'UTC second of the fix', 's'),
    field('positionMode', 'text', 'Mode de positionnement', 'Positioning mode'),
    field('altitudeM', 'integer', 'Altitude (aéronef)', 'Altitude (aircraft)', 'm'),
    ...reception,
  ],
}

const aisStatic: DatasetDefinition = {
  id: 'ais-static',
  kind: 'stream',
  simulated: false,
  title: { fr: 'Identités et voyages AIS', en: 'AIS identities and voyages' },
  description: {
    fr: 'Messages statiques (types 5, 19, 24) : nom, indicatif, dimensions, tirant d’eau, destination et ETA déclarées.',
    en: 'Static messages (types 5, 19, 24): name, call sign, dimensions, draught, declared destination and ETA.',
  },
  eventTime: 'at',
  receiveTime: 'receivedAt',
  sortBy: ['mmsi', 'at'],
  fields: [
    ...transmission,
    field('part', 'text', 'Partie (type 24)', 'Part (type 24)'),
    field('imo', 'integer', 'Numéro OMI déclaré', 'Declared IMO number'),
    field('imoValid', 'boolean', 'Clé du numéro OMI juste', 'IMO check digit correct'),
    field('callSign', 'text', 'Indicatif', 'Call sign'),
    field('name', 'text', 'Nom', 'Name'),
    facet('shipType', 'smallint', 'Type de navire', 'Ship type'),
    field('toBowM', 'smallint', 'Antenne → étrave', 'Antenna to bow', 'm'),
    field('toSternM', 'smallint', 'Antenne → poupe', 'Antenna to stern', 'm'),
    field('toPortM', 'smallint', 'Antenne → bâbord', 'Antenna to port side', 'm'),
    field('toStarboardM', 'smallint', 'Antenne → tribord', 'Antenna to starboard side', 'm'),
    field('epfd', 'tinyint', 'Appareil de positionnement', 'Position-fixing device'),
    field('etaMonth', 'tinyint', 'ETA : mois', 'ETA month'),
    field('etaDay', 'tinyint', 'ETA : jour', 'ETA day'),
    field('etaHour', 'tinyint', 'ETA : heure UTC', 'ETA hour UTC'),
    field('etaMinute', 'tinyint', 'ETA : minute', 'ETA minute'),
    field('draughtM', 'double', 'Tirant d’eau', 'Draught', 'm'),
    field('destination', 'text', 'Destination déclarée', 'Declared destination'),
    field('vendorId', 'text', 'Fabricant de l’émetteur', 'Transponder vendor'),
    field('mothershipMmsi', 'integer', 'MMSI du navire porteur', 'MMSI of the mother ship'),
    ...reception,
  ],
}

const aisMessages: DatasetDefinition = {
  id: 'ais-messages',
  kind: 'stream',
  simulated: false,
  title: { fr: 'Autres messages AIS', en: 'Other AIS messages' },
  description: {
    fr: 'Tous les autres types : stations de base, aides à la navigation, messages binaires (météo, fluvial…), textes, gestion radio.',
    en: 'All other types: base stations, aids to navigation, binary messages (weather, inland…), texts, radio management.',
  },
  eventTime: 'at',
  receiveTime: 'receivedAt',
  sortBy: ['mmsi', 'at'],
  fields: [
    ...transmission,
    position,
    field('lon', 'double', 'Longitude (WGS 84)', 'Longitude (WGS 84)', '°'),
    field('lat', 'double', 'Latitude (WGS 84)', 'Latitude (WGS 84)', '°'),
    field('dac', 'smallint', 'Zone de l’application (DAC)', 'Designated area code (DAC)'),
    field('fid', 'smallint', 'Fonction de l’application (FID)', 'Function identifier (FID)'),
    field('fields', 'json', 'Contenu décodé', 'Decoded content'),
    ...reception,
  ],
}

const aisRejects: DatasetDefinition = {
  id: 'ais-rejects',
  kind: 'stream',
  simulated: false,
  title: { fr: 'Lignes AIS rejetées', en: 'Rejected AIS lines' },
  description: {
    fr: 'Lignes qui n’ont pas pu être décodées, avec la raison.',
    en: 'Lines that could not be decoded, with the reason.',
  },
  eventTime: 'receivedAt',
  receiveTime: 'receivedAt',
  sortBy: ['reason', 'receivedAt'],
  fields: [
    field('receivedAt', 'timestamp', 'Instant de réception (UTC)', 'Time of receipt (UTC)'),
    facet('reason', 'text', 'Raison', 'Reason'),
    field('line', 'text', 'Ligne brute', 'Raw line'),
  ],
}

const vessels: DatasetDefinition = {
  id: 'vessels',
  kind: 'snapshot',
  simulated: false,
  title: { fr: 'Navires', en: 'Vessels' },
  description: {
    fr: 'Dernier état connu de chaque navire et station entendus.',
    en: 'Last known state of every vessel and station heard.',
  },
  sortBy: ['mmsi'],
  fields: [
    field('mmsi', 'integer', 'MMSI', 'MMSI'),
    facet('kind', 'text', 'Nature de la station', 'Kind of station'),
    field('imo', 'integer', 'Numéro OMI', 'IMO number'),
    field('name', 'text', 'Nom', 'Name'),
    field('callSign', 'text', 'Indicatif', 'Call sign'),
    facet('shipType', 'smallint', 'Type de navire', 'Ship type'),
    facet('category', 'text', 'Famille', 'Category'),
    facet('flagIso', 'text', 'Pavillon (ISO 3166)', 'Flag (ISO 3166)'),
    facet('aisClass', 'text', 'Classe AIS', 'AIS class'),
    field('toBowM', 'smallint', 'Antenne → étrave', 'Antenna to bow', 'm'),
    field('toSternM', 'smallint', 'Antenne → poupe', 'Antenna to stern', 'm'),
    field('toPortM', 'smallint', 'Antenne → bâbord', 'Antenna to port side', 'm'),
    field('toStarboardM', 'smallint', 'Antenne → tribord', 'Antenna to starboard side', 'm'),
    field('draughtM', 'double', 'Tirant d’eau', 'Draught', 'm'),
    field('destination', 'text', 'Destination déclarée', 'Declared destination'),
    field('etaAt', 'timestamp', 'ETA déclarée', 'Declared ETA'),
    field('positionAt', 'timestamp', 'Instant de la position (UTC)', 'Time of the position (UTC)'),
    position,
    field('lon', 'double', 'Longitude (WGS 84)', 'Longitude (WGS 84)', '°'),
    field('lat', 'double', 'Latitude (WGS 84)', 'Latitude (WGS 84)', '°'),
    field('sogKn', 'double', 'Vitesse fond', 'Speed over ground', 'kn'),
    field('cogDeg', 'double', 'Route fond', 'Course over ground', '°'),
    field('headingDeg', 'smallint', 'Cap', 'Heading', '°'),
    field('rotDegPerMin', 'double', 'Taux de giration', 'Rate of turn', '°/min'),
    facet('navStatus', 'tinyint', 'État de navigation', 'Navigational status'),
    field('flags', 'text', 'Réserves de plausibilité', 'Plausibility flags'),
    field('firstHeardAt', 'timestamp', 'Entendu depuis', 'First heard'),
    field('lastHeardAt', 'timestamp', 'Entendu jusqu’à', 'Last heard'),
    field('updatedAt', 'timestamp', 'Reçu en dernier (UTC)', 'Last received (UTC)'),
    field('positions', 'integer', 'Positions reçues', 'Positions heard'),
    field('heardBy', 'json', 'Entendu par', 'Heard by'),
  ],
}

const told: DatasetMetadata = {
  theme: ['maritime', 'mobility'],
  keyword: ['AIS', 'navire', 'vessel'],
  sector: ['maritime-safety'],
  publisher: 'Lacydon',
  // Whose antennas or feeds these are, and what they allow, differs from port to port: nothing is promised for them.
  license: 'source-terms',
  licenseUrl: '',
  language: [],
  territory: [],
  references: ['https://www.itu.int/rec/R-REC-M.1371'],
  attributions: [],
  updateEvery: '',
}

/** What is invented is given away, and plays off Marseille and Fos. */
const simulatedTold: Partial<DatasetMetadata> = {
  license: 'CC0 1.0',
  licenseUrl: 'https://creativecommons.org/publicdomain/zero/1.0/',
  territory: ['13055', '13039'],
}

/** Slowest rhythm at which a class A ship at anchor is heard, and its identity (ITU-R M.1371-5 §3.3.8.2.3.2). */
const positionEvery = 'PT3M'
const identityEvery = 'PT6M'

const described = (
  definition: DatasetDefinition,
  { keyword = [], ...of }: Partial<DatasetMetadata>,
): BuiltInDataset[] => {
  const metadata = { ...told, ...of, keyword: [...told.keyword, ...keyword] }
  return [
    { ...definition, metadata },
    { ...simulatedTwin(definition), metadata: { ...metadata, ...simulatedTold } },
  ]
}

/** The datasets that AIS feeds, real first, then their simulated twins. */
export const aisDatasets: readonly BuiltInDataset[] = [
  ...described(aisPositions, { keyword: ['position', 'vitesse', 'trajectoire'], updateEvery: positionEvery }),
  ...described(aisStatic, { keyword: ['OMI', 'destination', 'ETA'], updateEvery: identityEvery }),
  ...described(aisMessages, { keyword: ['station', 'bouée', 'météo'] }),
  ...described(aisRejects, { theme: ['maritime'], keyword: ['qualité'] }),
  ...described(vessels, { keyword: ['flotte', 'pavillon'], updateEvery: positionEvery }),
]

/** Which of the two sets: the id of a dataset in it. */
export type Realm = 'real' | 'simulated'
export const datasetIn = (realm: Realm, id: string): string => (realm === 'real' ? id : `${id}-simulated`)
