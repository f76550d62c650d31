/** The words of a dataset's texts, as queries of the engine. Pure. */
import type { TableSpec } from '../../engines/columnar/columnar.ts'
import { column, type From, type Query, value } from '../../engines/columnar/query.ts'
import type { WordIndex } from '../odsql/relation.ts'
import { columnName, tableName } from '../rules.ts'
import type { DatasetField } from '../schema.ts'
import { rowNumberColumn } from '../versions-rules.ts'

export interface WordTables {
  tokens: string
  vocabulary: string
}

/** A dataset in one of its lives: one made anew under an old name shares nothing with it. */
export interface Living {
  id: string
  /** ISO instant. */
  createdAt: string
}

const tokensEnding = '-words-'
const vocabularyEnding = '-vocabulary-'

/** Hyphens are in no table of rows. */
export function wordTables({ id, createdAt }: Living): WordTables {
  const life = Date.parse(createdAt).toString(36)
  const name = tableName(id)
  return { tokens: `${name}${tokensEnding}${life}`, vocabulary: `${name}${vocabularyEnding}${life}` }
}

/** The table of words beside a table of tokens. */
export const vocabularyOf = (tokens: string): string => {
  const at = tokens.lastIndexOf(tokensEnding)
  return `${tokens.slice(0, at)}${vocabularyEnding}${tokens.slice(at + tokensEnding.length)}`
}

/** Whether a table is part of an index. */
export const isWordTable = (name: string): boolean =>
  name.includes(tokensEnding) || name.includes(vocabularyEnding)

export const tokensColumns: TableSpec['columns'] = [
  { name: 'field', type: 'text' },
  { name: 'token', type: 'text' },
  { name: 'row', type: 'bigint' },
]
export const vocabularyColumns: TableSpec['columns'] = [{ name: 'token', type: 'text' }]

/** The index of one version, for searches. */
export function wordIndex(of: Living, version: number): WordIndex {
  const { tokens, vocabulary } = wordTables(of)
  const rows = (table: string): From => ({ kind: 'table', table, version })
  return { tokens: rows(tokens), vocabulary: rows(vocabulary), row: rowNumberColumn.name }
}

/** Fields that a search looks into. */
export const searchedFields = (fields: readonly DatasetField[]): DatasetField[] =>
  fields.filter(({ type }) => type === 'text')

/** Every word of every text with its field and row, in the order of words. Needs a field. */
export const tokensQuery = (from: From, fields: readonly DatasetField[]): Query => ({
  from: { kind: 'union', of: fields.map((field) => tokensOf(from, field)) },
  orderBy: [{ by: column('token') }],
})

/** Those of one field; `row` is the column that tells rows apart. */
export function tokensOf(from: From, field: DatasetField, row: string = rowNumberColumn.name): Query {
  const isList = field.annotations?.multivalued === true
  const texts: Query = {
    from,
    select: [
      { as: 'row', value: column(row) },
      { as: 'text', value: column(columnName(field.name)) },
    ],
  }
  const single: Query = isList
    ? {
        from: {
          kind: 'elements',
          query: texts,
          list: { kind: 'json', of: column('text'), type: 'text' },
          as: 'one',
        },
        select: [
          { as: 'row', value: column('row') },
          { as: 'text', value: column('one') },
        ],
      }
    : texts
  return {
    from: { kind: 'elements', query: single, list: { kind: 'words', of: column('text') }, as: 'token' },
    select: [
      { as: 'field', value: value(field.name) },
      { as: 'token', value: column('token') },
      { as: 'row', value: column('row') },
    ],
  }
}

/** Each word once. */
export const vocabularyQuery = ({ tokens }: WordIndex): Query => ({
  from: tokens,
  select: [{ as: 'token', value: column('token') }],
  distinct: true,
  orderBy: [{ by: column('token') }],
})
