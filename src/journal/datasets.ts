import type { BuiltInDataset, DatasetField, DatasetMetadata } from '../datasets/schema.ts'

const field = (
  name: string,
  type: DatasetField['type'],
  fr: string,
  en: string,
  more: Pick<DatasetField, 'unit' | 'annotations'> = {},
): DatasetField => ({ name, type, label: { fr, en }, ...more })

const facet = { annotations: { facet: true, disjunctive: true } }
const several = { annotations: { facet: true, disjunctive: true, multivalued: true } }
const toTheHour = { annotations: { timeserie_precision: 'hour' as const } }

const told: DatasetMetadata = {
  theme: ['partage'],
  keyword: ['journal', 'accès', 'usage'],
  sector: ['other'],
  publisher: '',
  license: '',
  licenseUrl: '',
  language: ['fr', 'en'],
  territory: [],
  references: [],
  attributions: [],
  updateEvery: 'PT1H',
}

/** One row per entry of the journal. Its readers see the rows whose `owner` is their organisation; auditors see all. */
export const accessLog: BuiltInDataset = {
  id: 'access-log',
  kind: 'stream',
  simulated: false,
  title: { fr: 'Journal des accès', en: 'Access log' },
  description: {
    fr: 'Qui a utilisé quelles données, quand et combien : une entrée à l’ouverture et une à la fin de chaque accès, enchaînées par leurs empreintes. Chaque organisation y lit l’usage de ses propres données.',
    en: 'Who used which data, when and how much: one entry when an access opens and one when it ends, chained by their hashes. Each organisation reads the use of its own data.',
  },
  eventTime: 'at',
  receiveTime: 'at',
  sortBy: ['dataset', 'at'],
  metadata: told,
  fields: [
    field('at', 'timestamp', 'Instant (UTC)', 'Instant (UTC)'),
    field('node', 'text', 'Nœud', 'Node', facet),
    field('seq', 'bigint', 'Rang dans la chaîne', 'Rank in the chain'),
    field('kind', 'text', 'Entrée', 'Entry', facet),
    field('access', 'text', 'Accès', 'Access'),
    field('organisation', 'text', 'Organisation utilisatrice', 'Using organisation', facet),
    field('actor', 'text', 'Compte ou clé', 'Account or key'),
    field('dataset', 'text', 'Jeu de données', 'Dataset', facet),
    field('owner', 'text', 'Organisation propriétaire', 'Owner organisation', facet),
    field('action', 'text', 'Action', 'Action', facet),
    field('grants', 'json', 'Autorisations', 'Grants', several),
    field('agreements', 'json', 'Accords', 'Agreements', several),
    field('columns', 'json', 'Champs utilisés', 'Fields used', several),
    field('filterHash', 'text', 'Empreinte du filtre', 'Hash of the filter'),
    field('outcome', 'text', 'Issue', 'Outcome', facet),
    field('status', 'smallint', 'Code HTTP', 'HTTP status', facet),
    field('accesses', 'integer', 'Accès', 'Accesses'),
    field('rows', 'bigint', 'Lignes', 'Rows'),
    field('bytes', 'bigint', 'Octets', 'Bytes', { unit: 'B' }),
    field('ms', 'integer', 'Durée', 'Duration', { unit: 'ms' }),
    field('requestId', 'text', 'Requête', 'Request'),
    field('prevHash', 'text', 'Empreinte précédente', 'Previous hash'),
    field('hash', 'text', 'Empreinte', 'Hash'),
  ],
}

/** One row per hour, dataset, action and organisation, once the hour is over. */
export const usage: BuiltInDataset = {
  id: 'usage',
  kind: 'stream',
  simulated: false,
  title: { fr: 'Usage des jeux de données', en: 'Use of datasets' },
  description: {
    fr: 'Accès, lignes et octets par heure, jeu de données, action et organisation. Le public sans compte est compté comme un tout, sans témoin de connexion.',
    en: 'Accesses, rows and bytes per hour, dataset, action and organisation. The public without accounts is counted as a whole, without cookies.',
  },
  eventTime: 'at',
  receiveTime: 'at',
  sortBy: ['dataset', 'at'],
  metadata: told,
  fields: [
    field('at', 'timestamp', 'Heure (UTC)', 'Hour (UTC)', toTheHour),
    field('node', 'text', 'Nœud', 'Node', facet),
    field('dataset', 'text', 'Jeu de données', 'Dataset', facet),
    field('owner', 'text', 'Organisation propriétaire', 'Owner organisation', facet),
    field('action', 'text', 'Action', 'Action', facet),
    field('organisation', 'text', 'Organisation utilisatrice', 'Using organisation', facet),
    field('accesses', 'integer', 'Accès', 'Accesses'),
    field('refusals', 'integer', 'Refus', 'Refusals'),
    field('rows', 'bigint', 'Lignes', 'Rows'),
    field('bytes', 'bigint', 'Octets', 'Bytes', { unit: 'B' }),
  ],
}

export const journalDatasets: readonly BuiltInDataset[] = [accessLog, usage]
