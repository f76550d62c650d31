/** What a connector is: it finds datasets somewhere else and hands over their files. Six members, effects given. */
import type { Static, TSchema } from 'typebox'
import type { DatasetField, DatasetMetadata, Words } from '../datasets/schema.ts'
import type { Outbound } from '../http/outbound.ts'

/** A file that holds the rows of a dataset. */
export interface FoundFile {
  url: string
  /** Of `data/portals/formats.csv`: `csv`, `parquet`, `jsonl`… What it really is, shows its content. */
  format: string
  name: string
  /** Found by following a link to a server that may have a robots.txt of its own; false for documented APIs. */
  isLinked: boolean
}

/** A dataset elsewhere, as much as its catalogue tells. */
export interface FoundDataset {
  /** What the source calls it, and keeps. */
  key: string
  /** What its id here is made from. */
  name: string
  title: string
  /** Plain text. */
  description: string
  metadata: Partial<DatasetMetadata>
  /** Where people find it there. */
  link: string
  /** Changes when the rows may have; empty when the source does not say. */
  revision: string
  /** Null when the source does not count. */
  rowCount: number | null
  /** Ways to the same rows, best first: the next is tried where one is not served. */
  files: FoundFile[]
  /** What the source says about the columns; absent where only the file does. */
  fields?: DatasetField[]
  /** Further files and links that are not rows; they stay links. */
  attachments: { title: string; url: string }[]
  /** Why it has no rows to read, a sentence. */
  refusal?: string
}

/** A part of a catalogue; `cursor` begins the next one and is null at the end. */
export interface FoundPage {
  datasets: FoundDataset[]
  cursor: string | null
  /** How many datasets the source says it has. */
  total: number | null
}

/** What a connector works with. `signal` ends it: a connector that listens for ever is stopped that way too. */
export interface Reading<Config> {
  config: Config
  outbound: Pick<Outbound, 'request' | 'check'>
  signal: AbortSignal
}

/**
 * ```ts
 * const connector = defineConnector({
 *   id: 'files', title: { fr: 'Fichier', en: 'File' }, config: Type.Object({ url: Type.String() }),
 *   async test() { return 'There is a file.' },
 *   async *discover() { yield { datasets: [], cursor: null, total: 0 } },
 * })
 * ```
 */
export interface Connector<Config extends TSchema = TSchema> {
  /** Small letters and hyphens. */
  id: string
  title: Words
  /** JSON Schema of its configuration: what its form shows. */
  config: Config
  /** One sentence that says what answers. Throws a LacydonError whose message says what does not. */
  test(reading: Reading<Static<Config>>): Promise<string>
  /** The catalogue from a cursor on, page by page; each page is stored before the next is asked for. */
  discover(reading: Reading<Static<Config>>, cursor: string | null): AsyncIterable<FoundPage>
  /**
   * What becomes of a file on its way in, piece by piece; absent where files are taken as they are. `onRow` is told
   * each row as the source wrote it.
   */
  convert?(
    dataset: FoundDataset,
    file: FoundFile,
    pieces: AsyncIterable<Uint8Array>,
    onRow: (row: Readonly<Record<string, unknown>>) => void,
  ): AsyncIterable<Uint8Array>
}

/** Ties the configuration's type to what reads it. */
export const defineConnector = <Config extends TSchema>(connector: Connector<Config>): Connector<Config> =>
  connector
