/** The identity of a record: the same when the same file is loaded again, and nothing can be guessed from it. */
import { createHmac } from 'node:crypto'
import type { ColumnSpec } from '../../engines/columnar/columnar.ts'
import { call, column, type Expression, type Output, value } from '../../engines/columnar/query.ts'
import { columnValueType } from '../../engines/columnar/typing.ts'
import { keyText } from '../odsql/ordering.ts'
import type { Relation } from '../odsql/relation.ts'
import { columnsOf } from '../rules.ts'
import type { DatasetDefinition, DatasetField } from '../schema.ts'
import type { Source } from './sources.ts'

export const recordIdField: DatasetField = {
  name: '_id',
  type: 'text',
  label: { fr: 'Identifiant de l’enregistrement', en: 'Record identifier' },
}

/** Texts of an identity are parted by it. */
const unitSeparator = '\u001f'
/** `concat` takes 64 texts. */
const textsAtOnce = 60
/** Columns that count: a query has only so many parts. */
const maxColumns = 120
const micro = 1e6

/**
 * A relation that also has the field `_id`: 40 hexadecimal digits of an HMAC (MD5, the one hash of every engine, keyed
 * twice) over the fields annotated `id`, else over what identifies a row of a stream, else over the whole row and its number
 * in the version, so that equal rows have ids of their own.
 */
export function withRecordId(relation: Relation, { definition }: Source, secret: string): Relation {
  const columns = relation.fields.flatMap(columnsOf).map(({ name }) => name)
  const kept = [...new Set([...columns, ...relation.rowOrder.map(({ name }) => name)])]
  const select: Output[] = kept.map((name) => ({ as: name, value: column(name) }))
  return {
    ...relation,
    from: {
      kind: 'query',
      query: {
        from: relation.from,
        select: [...select, { as: '_id', value: recordId(definition, relation, secret) }],
      },
    },
    fields: [...relation.fields, recordIdField],
  }
}

function recordId(definition: DatasetDefinition, relation: Relation, secret: string): Expression {
  const key = (purpose: string) =>
    value(createHmac('sha256', secret).update(`${purpose}:${definition.id}`).digest('hex'))
  const inner = call('md5', call('concat', key('inner'), rowText(identifying(definition, relation))))
  const digits = (purpose: string) => call('md5', call('concat', key(purpose), inner))
  return call('concat', digits('outer'), call('substring', digits('tail'), value(1), value(8)))
}

function identifying(definition: DatasetDefinition, relation: Relation): readonly ColumnSpec[] {
  const ids = definition.fields.filter(({ annotations }) => annotations?.id)
  if (ids.length > 0) return ids.flatMap(columnsOf)
  if (definition.kind === 'stream') return relation.rowOrder
  const columns = definition.fields.flatMap(columnsOf)
  // First: of wide rows only so many columns count.
  return [
    ...relation.rowOrder.filter(({ name }) => !columns.some((column) => column.name === name)),
    ...columns,
  ]
}

function rowText(columns: readonly ColumnSpec[]): Expression {
  const texts = columns.slice(0, maxColumns).map(({ name, type }) => {
    const physical = columnValueType(type)
    const expression = column(name)
    const of = physical === 'timestamp' ? 'datetime' : physical
    return call(
      'concat',
      call('if', call('is-null', expression), value('0'), value('1')),
      of === 'real' || of === 'double' || of === 'null'
        ? numberText(expression)
        : keyText({ kind: 'scalar', type: of, expression }),
      value(unitSeparator),
    )
  })
  let text: Expression = value('')
  for (let i = 0; i < texts.length; i += textsAtOnce)
    text = call('concat', text, ...texts.slice(i, i + textsAtOnce))
  return text
}

/** Six decimals, and the whole part on its own for what is too large to have them. */
function numberText(of: Expression): Expression {
  const digits = (part: Expression) => call('coalesce', call('digits', part, value(1)), value(''))
  return call(
    'concat',
    call('if', call('<', of, value(0)), value('-'), value('')),
    digits(call('abs', of)),
    value('.'),
    digits(call('abs', call('*', of, value(micro)))),
  )
}
