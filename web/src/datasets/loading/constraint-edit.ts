import type { Constraints, PlanField } from '../../../../src/datasets/loading/schema.ts'

const bounded: readonly PlanField['type'][] = [
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'real',
  'double',
  'date',
  'timestamp',
]

/** Whether values of the field have an order, and so a least and a greatest. */
export const hasBounds = ({ type }: PlanField): boolean => bounded.includes(type)

/** The field with some of its rules changed; a rule that is undefined or says nothing goes. */
export function withRules(field: PlanField, change: Constraints): PlanField {
  const rules = Object.entries({ ...field.constraints, ...change }).filter(
    ([, value]) =>
      value !== undefined && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0),
  )
  return { ...field, constraints: rules.length === 0 ? undefined : Object.fromEntries(rules) }
}

/** A bound as it is typed: a number where it is one, else the text of a day. */
export const boundOf = (text: string): number | string | undefined => {
  const plain = text.trim().replace(',', '.')
  if (plain === '') return undefined
  return Number.isFinite(Number(plain)) ? Number(plain) : text.trim()
}

/** Allowed values, one a line. */
export const listOf = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  ),
]

export const ruleCount = ({ constraints }: PlanField): number => Object.keys(constraints ?? {}).length
