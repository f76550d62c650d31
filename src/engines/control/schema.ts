import { type ColumnDataType, type CreateTableBuilder, type Kysely, type RawBuilder, sql } from 'kysely'

export type ControlEngine = 'sqlite' | 'postgresql'

/**
 * What a column holds, the same on both engines. `instant` is ISO text in UTC with milliseconds, `money` whole cents,
 * `json` text that the server writes and parses, `flag` 0 or 1. Whole numbers stay below 2^53.
 */
export type ColumnKind = 'text' | 'instant' | 'json' | 'integer' | 'money' | 'real' | 'flag' | 'bytes'

export interface ColumnDefinition {
  kind: ColumnKind
  /** Absent: NOT NULL. */
  optional?: boolean
  primary?: boolean
  unique?: boolean
  /** `table.column`; deleting the row referred to is refused unless `onDelete` says otherwise. */
  references?: string
  onDelete?: 'cascade' | 'set null'
  default?: string | number
}

export interface TableDefinition {
  /** For keys of several columns. */
  primaryKey?: string[]
  unique?: string[][]
}

/** Texts compare and sort by code point on both engines. */
const types: Record<ControlEngine, Record<ColumnKind, RawBuilder<unknown>>> = {
  sqlite: {
    text: sql`text`,
    instant: sql`text`,
    json: sql`text`,
    integer: sql`integer`,
    money: sql`integer`,
    real: sql`real`,
    flag: sql`integer`,
    bytes: sql`blob`,
  },
  postgresql: {
    text: sql`text collate "C"`,
    instant: sql`text collate "C"`,
    json: sql`text collate "C"`,
    integer: sql`bigint`,
    money: sql`bigint`,
    real: sql`double precision`,
    flag: sql`bigint`,
    bytes: sql`bytea`,
  },
}

/** One DDL or data statement. */
export interface Statement {
  execute(): Promise<unknown>
}

/** Builds the statements of migrations for one engine. */
export class ControlSchema {
  readonly #engine: ControlEngine
  /** For what the members below do not serve: any single Kysely statement, portable by the rules of the engines page. */
  readonly db: Kysely<Record<string, Record<string, unknown>>>

  constructor(engine: ControlEngine, db: Kysely<Record<string, Record<string, unknown>>>) {
    this.#engine = engine
    this.db = db
  }

  /** `create table`, STRICT on SQLite. */
  table(name: string, columns: Record<string, ColumnDefinition>, table: TableDefinition = {}): Statement {
    let builder = this.db.schema.createTable(name) as CreateTableBuilder<string, string>
    for (const [column, definition] of Object.entries(columns)) {
      builder = builder.addColumn(column, this.#type(definition.kind), (col) => {
        let built = definition.optional ? col : col.notNull()
        if (definition.primary) built = built.primaryKey()
        if (definition.unique) built = built.unique()
        if (definition.references) built = built.references(definition.references)
        if (definition.onDelete) built = built.onDelete(definition.onDelete)
        if (definition.default !== undefined) built = built.defaultTo(definition.default)
        if (definition.kind === 'flag') built = built.check(sql`${sql.ref(column)} in (0, 1)`)
        return built
      })
    }
    if (table.primaryKey) builder = builder.addPrimaryKeyConstraint(`${name}_pk`, table.primaryKey)
    for (const columns of table.unique ?? []) {
      builder = builder.addUniqueConstraint(`${name}_${columns.join('_')}_key`, columns)
    }
    return this.#engine === 'sqlite' ? builder.modifyEnd(sql`strict`) : builder
  }

  /** `alter table … add column`: optional or with a default, as SQLite asks. */
  column(table: string, name: string, definition: ColumnDefinition): Statement {
    return this.db.schema.alterTable(table).addColumn(name, this.#type(definition.kind), (col) => {
      let built = definition.optional ? col : col.notNull()
      if (definition.references) built = built.references(definition.references)
      if (definition.onDelete) built = built.onDelete(definition.onDelete)
      if (definition.default !== undefined) built = built.defaultTo(definition.default)
      if (definition.kind === 'flag') built = built.check(sql`${sql.ref(name)} in (0, 1)`)
      return built
    })
  }

  /** `create index`, named after the table and its columns. */
  index(table: string, columns: string[], options: { unique?: boolean } = {}): Statement {
    const builder = this.db.schema
      .createIndex(`${table}_${columns.join('_')}_idx`)
      .on(table)
      .columns(columns)
    return options.unique ? builder.unique() : builder
  }

  #type(kind: ColumnKind): RawBuilder<unknown> & { __dataType?: ColumnDataType } {
    return types[this.#engine][kind]
  }
}
