import { defineMigrations } from '../../engines/control/migrations.ts'

/** Control tables of loading. Options, plans, results and errors are JSON of `schema.ts`. */
export type LoadingTables = {
  load: {
    id: string
    /** Not a reference: a load may make its dataset, and stays when that is deleted. */
    dataset_id: string
    state: string
    file_name: string
    size_bytes: number
    options: string
    /** Text of a Table Schema, empty without one. */
    table_schema: string
    /** `{}` until it is made. */
    plan: string
    /** Whether a person has sent the plan. */
    is_decided: number
    /** Whether a person publishes it however much it differs. */
    is_accepted: number
    holds: string
    result: string
    version: number
    error: string
    created_at: string
    modified_at: string
  }
  /** The plan by which the current version of a dataset was loaded. */
  load_plan: {
    dataset_id: string
    plan: string
    modified_at: string
  }
}

export const loadingMigrations = defineMigrations('loading', [
  {
    name: 'load',
    up: (schema) =>
      schema.table('load', {
        id: { kind: 'text', primary: true },
        dataset_id: { kind: 'text' },
        state: { kind: 'text' },
        file_name: { kind: 'text' },
        size_bytes: { kind: 'integer' },
        options: { kind: 'json' },
        table_schema: { kind: 'text' },
        plan: { kind: 'json' },
        is_decided: { kind: 'flag', default: 0 },
        is_accepted: { kind: 'flag', default: 0 },
        holds: { kind: 'json' },
        result: { kind: 'json' },
        version: { kind: 'integer', default: 0 },
        error: { kind: 'json' },
        created_at: { kind: 'instant' },
        modified_at: { kind: 'instant' },
      }),
  },
  { name: 'loads of a dataset', up: (schema) => schema.index('load', ['dataset_id', 'created_at']) },
  {
    name: 'load plan',
    up: (schema) =>
      schema.table('load_plan', {
        dataset_id: { kind: 'text', primary: true },
        plan: { kind: 'json' },
        modified_at: { kind: 'instant' },
      }),
  },
])
