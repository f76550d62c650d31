import { LacydonError } from '../../errors.ts'

type Rule = 'unique' | 'foreign-key' | 'not-null' | 'check'

/** SQLite extended result codes (sqlite.org/rescode.html) and SQLSTATEs of PostgreSQL (appendix A). */
const brokenRules: Record<string, Rule> = {
  SQLITE_CONSTRAINT_UNIQUE: 'unique',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'unique',
  SQLITE_CONSTRAINT_ROWID: 'unique',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  SQLITE_CONSTRAINT_NOTNULL: 'not-null',
  SQLITE_CONSTRAINT_CHECK: 'check',
  '23505': 'unique',
  '23503': 'foreign-key',
  '23502': 'not-null',
  '23514': 'check',
}

const sentences: Record<Rule, string> = {
  unique: 'There is already an entry with the same key.',
  'foreign-key': 'This entry refers to one that does not exist, or is still referred to.',
  'not-null': 'A value that is required is missing.',
  check: 'A value is outside of what its column allows.',
}

/** SQLite's SQLITE_CONSTRAINT_DATATYPE, which libsql has no name for; PostgreSQL's bad text and out of range. */
const wrongTypes = new Set(['UNKNOWN_SQLITE_ERROR_3091', 'SQLITE_CONSTRAINT_DATATYPE', '22P02', '22003'])
const busy = /^(SQLITE_BUSY|SQLITE_LOCKED|40001$|40P01$|55P03$|53300$)/
const gone =
  /^(SQLITE_FULL|SQLITE_IOERR|SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_CORRUPT|08|57P0|53100$|58|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST)/
const goneMessage =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection/i

/**
 * The error of an engine in our terms: broken rules of a table are `conflict` (`details.rule` says which), values of a
 * wrong type `invalid_input`, an engine that is busy `overloaded`, one that is away or full `unavailable`.
 * Anything else is a mistake of ours and stays as it is.
 */
export function controlError(error: unknown): unknown {
  if (error instanceof LacydonError || !(error instanceof Error)) return error
  const code = (error as { code?: unknown }).code
  const text = typeof code === 'string' ? code : ''
  const rule = brokenRules[text]
  if (rule) return new LacydonError('conflict', 409, sentences[rule], { details: { rule }, cause: error })
  if (wrongTypes.has(text)) {
    return new LacydonError('invalid_input', 400, 'A value does not fit the type of its column.', {
      cause: error,
    })
  }
  if (busy.test(text)) {
    return new LacydonError('overloaded', 503, 'The control database is busy.', {
      details: { retryAfterS: 1 },
      cause: error,
    })
  }
  if (gone.test(text) || goneMessage.test(error.message)) {
    return new LacydonError('unavailable', 503, `The control database cannot be used: ${error.message}.`, {
      help: 'See that it runs and that its disk has space.',
      cause: error,
    })
  }
  return error
}

/** True for the error of a transaction that lost against another one and may simply run again. */
export function isLostRace(error: unknown): boolean {
  const { code } = ((error as Error | null)?.cause ?? {}) as { code?: unknown }
  return code === '40001' || code === '40P01'
}
