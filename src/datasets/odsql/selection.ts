/** The select clause of rows: which fields and expressions, under which labels. */
import type { DatasetField } from '../schema.ts'
import { inClause, Malformed } from './malformed.ts'
import { type OutputColumn, type Outputs, type Showing, showValue } from './output.ts'
import { meaningOf } from './scalar.ts'
import { fieldValue, findField, type Scope } from './scope.ts'
import type { SelectItem } from './syntax.ts'
import type { Value } from './value.ts'

export interface Selected {
  column: OutputColumn
  value: Value
  isLabelled: boolean
  /** Set for a field as it is. */
  field?: DatasetField
}

/** Every selected column in order. Throws `odsql_error`, also when two columns would have one label. */
export function selectRows(
  items: readonly SelectItem[],
  scope: Scope,
  outputs: Outputs,
  showing: Showing,
): Selected[] {
  return inClause('select', () => {
    const selected: Selected[] = []
    const add = (
      value: Value,
      label: string,
      item: SelectItem,
      isLabelled: boolean,
      field?: DatasetField,
    ) => {
      const known = selected.find(({ column }) => column.label === label)
      if (known && known.field === field && field) return
      if (known) throw new Malformed(`two columns would be called “${label}”.`, item, ['as'])
      const column = showValue(value, label, outputs, showing, item)
      selected.push({ column, value, isLabelled, ...(field && { field }) })
    }
    const excluded = excludedFields(items, scope.fields)
    const addField = (field: DatasetField, item: SelectItem) => {
      if (!excluded.has(field)) add(fieldValue(field), field.name, item, false, field)
    }
    const isOnlyExcluding = items.every((item) => item.kind === 'pattern' && !item.keeps)
    const all: SelectItem = { kind: 'all', start: 0, end: 0 }
    for (const item of isOnlyExcluding ? [all] : items)
      if (item.kind === 'all') for (const field of scope.fields) addField(field, item)
      else if (item.kind === 'pattern') {
        if (item.keeps) for (const field of matching(item, scope.fields)) addField(field, item)
      } else if (item.of.kind === 'name' && !item.isLabelled) addField(findField(scope.fields, item.of), item)
      else add(meaningOf(item.of, scope), item.label, item, item.isLabelled)
    if (selected.length === 0) throw new Malformed('it leaves no column.', items[0] ?? all)
    return selected
  })
}

/** Names that match nothing are no error: patterns are written for many datasets. */
function matching(item: SelectItem & { kind: 'pattern' }, fields: readonly DatasetField[]): DatasetField[] {
  return fields.filter((field) =>
    item.names.some(({ name, isPrefix }) => (isPrefix ? field.name.startsWith(name) : field.name === name)),
  )
}

function excludedFields(items: readonly SelectItem[], fields: readonly DatasetField[]): Set<DatasetField> {
  const excluded = new Set<DatasetField>()
  for (const item of items)
    if (item.kind === 'pattern' && !item.keeps)
      for (const field of matching(item, fields)) excluded.add(field)
  return excluded
}
