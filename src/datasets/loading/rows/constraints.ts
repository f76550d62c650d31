/** Constraints of a field (Table Schema) as checks of one value. */
import { RE2JS } from 're2js'
import { invalidInput } from '../../../errors.ts'
import { datePattern } from '../date-pattern.ts'
import type { PlanField } from '../schema.ts'
import { UniqueIndex } from './unique-index.ts'

/**
 * Names of the rules a value breaks. `text` is the cell as written (trimmed), `value` its number (milliseconds for
 * days and instants); null stands for an empty cell.
 */
export type Check = (text: string | null, value: number | null) => string | null

/** The checks of a field, in the order they are reported. Throws `invalid_input` for a constraint that is none. */
export function checksOf({ name, type, constraints }: PlanField): Check[] {
  if (!constraints) return []
  const { required, unique, minLength, maxLength } = constraints
  const checks: Check[] = []
  const onText = (rule: string, isGood: (text: string) => boolean) =>
    checks.push((text) => (text === null || isGood(text) ? null : rule))
  const onValue = (rule: string, isGood: (value: number) => boolean) =>
    checks.push((_, value) => (value === null || isGood(value) ? null : rule))
  if (required) checks.push((text) => (text === null ? 'required' : null))
  if (constraints.enum) {
    const allowed = new Set(constraints.enum)
    onText('enum', (text) => allowed.has(text))
  }
  if (constraints.pattern !== undefined) {
    const pattern = compile(name, constraints.pattern)
    onText('pattern', (text) => pattern.matches(text))
  }
  if (minLength !== undefined) onText('min-length', (text) => [...text].length >= minLength)
  if (maxLength !== undefined) onText('max-length', (text) => [...text].length <= maxLength)
  const { minimum, maximum } = constraints
  if (minimum !== undefined) {
    const bound = boundOf(name, type, minimum)
    onValue('minimum', (value) => value >= bound)
  }
  if (maximum !== undefined) {
    const bound = boundOf(name, type, maximum)
    onValue('maximum', (value) => value <= bound)
  }
  if (unique) {
    const index = new UniqueIndex()
    onText('unique', (text) => index.add(text))
  }
  return checks
}

/** RE2: the time of a match grows with the text only, whatever the pattern. */
function compile(name: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    throw invalidInput(
      `The pattern of “${name}” cannot be used: ${(error as Error).message}.`,
      'Write it as a regular expression without back references and look-arounds.',
    )
  }
}

function boundOf(name: string, type: PlanField['type'], bound: number | string): number {
  const isTime = type === 'date' || type === 'timestamp'
  const value =
    typeof bound === 'number'
      ? isTime && bound >= 1000 && bound <= 9999
        ? datePattern('yyyy-MM-dd').read(`${bound}-01-01`)
        : bound
      : isTime
        ? Date.parse(
            /^\d{4}(-\d{2}(-\d{2})?)?$/.test(bound) || /Z|[+-]\d\d:?\d\d$/.test(bound) ? bound : `${bound}Z`,
          )
        : Number(bound)
  if (Number.isNaN(value)) throw invalidInput(`“${bound}” is no bound for the values of “${name}”.`)
  return value
}
