/** Where rows are read from tables, and why no decision on rights is missing there. */

/** Reads the relation that `secure` (src/datasets/explore/relation.ts) made of a decision, and nothing else. */
const secured = 'reads the secured relation'

export const rowReaders: Record<string, string> = {
  'src/datasets/explore/exports.ts': secured,
  'src/datasets/explore/records.ts': secured,
  'src/datasets/pack/pack.ts': secured,
  'src/datasets/stream/channel.ts': secured,
  'src/datasets/tiles/tiles.ts': secured,
  'src/datasets/service.ts': 'is the way itself: who calls it is listed here',
  'src/datasets/changes.ts': secured,
  'src/datasets/explore/catalogue.ts': 'counts rows for the catalogue, whose records are decided one by one',
  'src/datasets/explore/catalogue-words.ts': 'reads the table of the catalogue itself',
  'src/datasets/loading/added-rows.ts': 'copies rows of a version into the next one of the same dataset',
  'src/datasets/quality/qualities.ts': secured,
  'src/datasets/words/word-indexes.ts':
    'makes the index of words, which is asked through the secured relation',
  'src/connectors/portals/stored-checksum.ts':
    'compares what was imported with its source; answers a checksum',
  'src/journal/usage.ts': 'sums of use; its route says by organisation to the owner and to auditors only',
  'src/sharing/derivation.ts':
    'counts that are published with fewer than k left out, as a dataset of their own',
  'src/sharing/pseudonym.ts': 'values to be replaced by pseudonyms before the secured relation is read',
  'src/sharing/see-as.ts': secured,
  'src/vessels/service.ts': 'the live map: the door decides on the dataset before it answers',
}

const read = /\b(columnar|store|streamed|datasets)\s*\??\.\s*(query|stream)\s*\(/

/** Whether a module asks an engine for rows; comments do not count. */
export function readsRows(source: string): boolean {
  return read.test(source.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, ''))
}

/** A file that sees requests: it hands over to a service and asks no engine itself. */
export const isRouteFile = (path: string): boolean => /(^|[/-])routes\.tsx?$/.test(path)
