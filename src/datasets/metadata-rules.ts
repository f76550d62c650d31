/** What a definition and its metadata must be, and how they may change. Pure. */
import { checkTableSpec } from '../engines/columnar/table-spec.ts'
import { conflict, invalidInput } from '../errors.ts'
import { tableOf } from './rules.ts'
import type { DatasetDefinition, DatasetField, DatasetMetadata } from './schema.ts'

const idPattern = /^[a-z][a-z0-9]*(?:[-_]+[a-z0-9]+)*$/
const maxIdLength = 80

export const emptyMetadata: DatasetMetadata = {
  theme: [],
  keyword: [],
  sector: [],
  publisher: '',
  license: '',
  licenseUrl: '',
  language: [],
  territory: [],
  references: [],
  attributions: [],
  updateEvery: '',
}

/** Throws `invalid_input` for an id, fields or an order that cannot be. */
export function checkDefinition(definition: DatasetDefinition): void {
  const { id, fields } = definition
  if (!idPattern.test(id) || id.length > maxIdLength)
    throw invalidInput(
      `“${id}” cannot name a dataset.`,
      'Write small letters, digits and hyphens, beginning with a letter.',
    )
  if (fields.length === 0) throw invalidInput(`The dataset “${id}” has no field.`)
  const own = fields.find(({ name }) => name.startsWith('_'))
  if (own)
    throw invalidInput(`A field cannot be named “${own.name}”: names that begin with _ are the platform's.`)
  if (definition.kind === 'stream') checkTimes(definition)
  checkTableSpec(tableOf(definition))
  const names = new Set(fields.map(({ name }) => name))
  if (names.size < fields.length) throw invalidInput(`The dataset “${id}” names a field twice.`)
  for (const { name, coordinates } of fields)
    for (const part of coordinates ? [coordinates.lon, coordinates.lat] : [])
      if (!fields.some((field) => field.name === part && field.type === 'double'))
        throw invalidInput(`“${name}” is made of “${part}”, which is no number of “${id}”.`)
}

function checkTimes({ id, fields, eventTime, receiveTime }: DatasetDefinition): void {
  for (const [what, name] of [
    ['eventTime', eventTime],
    ['receiveTime', receiveTime],
  ])
    if (!fields.some((field) => field.name === name && field.type === 'timestamp'))
      throw invalidInput(
        `The stream “${id}” has no timestamp that is its ${what}.`,
        `Name the field that is: ${what}.`,
      )
}

const receivedAt: DatasetField = {
  name: 'received_at',
  type: 'timestamp',
  label: { fr: 'Reçu le', en: 'Received at' },
}

/** A stream that names no receive time gets a field for it: without one there is no `at=`. */
export const withReceiveTime = (definition: DatasetDefinition): DatasetDefinition =>
  definition.kind === 'stream' && definition.receiveTime === undefined
    ? { ...definition, fields: [...definition.fields, receivedAt], receiveTime: receivedAt.name }
    : definition

/** Whether the same columns hold both lists of fields: then no row changes. */
export const haveSameColumns = (a: DatasetDefinition, b: DatasetDefinition): boolean =>
  JSON.stringify(tableOf(a).columns) === JSON.stringify(tableOf(b).columns)

export type DefinitionChange = Partial<Pick<DatasetDefinition, 'title' | 'description' | 'sortBy'>> & {
  fields?: DatasetField[]
}

/** The definition after a change; id and kind never change. Throws `invalid_input`, and `conflict` for a stream's columns. */
export function changedDefinition(before: DatasetDefinition, change: DefinitionChange): DatasetDefinition {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const after: DatasetDefinition = { ...before, ...given }
  checkDefinition(after)
  const isSame = haveSameColumns(before, after) && before.sortBy.join() === after.sortBy.join()
  if (after.kind === 'stream' && !isSame)
    throw conflict(`The fields of “${before.id}” and their order cannot change: its rows are a stream.`)
  return after
}
