/** The words of the catalogue's texts, so that a search asks tables of words and reads no text. */
import { batchOfRows } from '../../engines/columnar/batch-of-rows.ts'
import type { Columnar, Row, TableSpec } from '../../engines/columnar/columnar.ts'
import { parseRows } from '../../engines/columnar/ndjson.ts'
import {
  call,
  column,
  type Expression,
  type From,
  type Query,
  table,
  value,
} from '../../engines/columnar/query.ts'
import type { WordIndex } from '../odsql/relation.ts'
import { searchedFields, tokensColumns, tokensOf, vocabularyColumns } from '../words/words-query.ts'
import {
  type CatalogueLanguage,
  catalogueFields,
  catalogueTable,
  catalogueTexts,
  languages,
} from './catalogue-table.ts'

const rowColumn = 'dataset_id'

const tokensTable: TableSpec = {
  name: 'catalogue-words',
  columns: [
    ...tokensColumns.map((of) => (of.name === 'row' ? { ...of, type: 'text' as const } : of)),
    { name: 'lang', type: 'text' },
  ],
  sortBy: ['token'],
}
const vocabularyTable: TableSpec = {
  name: 'catalogue-vocabulary',
  columns: vocabularyColumns,
  sortBy: ['token'],
}

export const defineCatalogueWords = async (columnar: Columnar): Promise<void> => {
  for (const spec of [tokensTable, vocabularyTable]) await columnar.define(spec)
}

/**
 * What a search of the catalogue in a language asks. What is worked out of the fields of a dataset has no words for who
 * does not see all of them.
 */
export const catalogueWords = (lang: CatalogueLanguage, partly: readonly string[] = []): WordIndex => ({
  tokens: {
    kind: 'query',
    query: {
      from: table(tokensTable.name),
      where: {
        kind: 'and',
        of: [call('=', column('lang'), value(lang)), ...(partly.length > 0 ? [knownTo(partly)] : [])],
      },
    },
  },
  vocabulary: table(vocabularyTable.name),
  row: rowColumn,
})

const knownTo = (partly: readonly string[]): Expression => ({
  kind: 'not',
  of: {
    kind: 'and',
    of: [
      call('=', column('field'), value('features')),
      { kind: 'in', of: column('row'), values: [...partly] },
    ],
  },
})

/** Makes the words again from the rows of the catalogue. The engine cuts and folds them, as it does those searched. */
export async function rewriteCatalogueWords(columnar: Columnar): Promise<void> {
  const rows: Row[] = []
  for await (const chunk of columnar.stream(allTokens(table(catalogueTable.name)), { class: 'derivation' }))
    for (const row of await parseRows([chunk])) rows.push(row)
  const vocabulary = [...new Set(rows.map(({ token }) => token as string))].map((token) => ({ token }))
  await columnar.replace(batchOfRows(tokensTable, rows))
  await columnar.replace(batchOfRows(vocabularyTable, vocabulary))
}

const allTokens = (from: From): Query => ({
  from: {
    kind: 'union',
    of: languages.flatMap((lang) =>
      searchedFields(catalogueFields).map((field): Query => {
        const texts: From = { kind: 'query', query: { from, select: catalogueTexts(lang) } }
        return {
          from: { kind: 'query', query: tokensOf(texts, field, rowColumn) },
          select: [
            ...['field', 'token', 'row'].map((name) => ({ as: name, value: column(name) })),
            { as: 'lang', value: value(lang) },
          ],
        }
      }),
    ),
  },
})
