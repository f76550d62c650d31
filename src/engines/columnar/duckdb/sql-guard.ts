/**
 * The second fence before the engine: although only our emitter writes SQL, the worker accepts a read only when its
 * text is one SELECT made of known functions, without any literal text.
 */
import { LacydonError } from '../../../errors.ts'

/** Everything the emitter may call, and the keywords that stand before a parenthesis. */
const allowed = new Set(
  `abs acos arg_max arg_max_null arg_min_null asin atan atan2 avg cast ceil coalesce concat contains cos count day dayofyear
  degrees digits_of ends_with epoch_ms epoch_us exp floor greatest hour iso_instant isodow isoyear isfinite least len length
  levenshtein list_filter ln lower
  make_timestamp max md5 millisecond min minute month point_relates pow quantile_cont quarter radians read_parquet round row
  row_number second shape_relates sin sqrt starts_with stddev_samp struct_pack strip_accents substring sum tan time_bucket to_days
  to_hours to_json to_minutes to_months to_seconds to_weeks to_years try try_cast unnest upper week words_of year zone_bucket_ms zone_offset_ms
  select from in and or not on over filter having then else join when where as by union all distinct partition order`.split(
    /\s+/,
  ),
)
const forbidden = new Set(
  `attach call checkpoint copy create delete describe detach drop execute export explain import insert install into load
  pragma prepare reset set show summarize update use vacuum values with pivot unpivot query query_table`.split(
    /\s+/,
  ),
)

/** Throws `engine_failed` when the statement is not one our emitter can have written. */
export function guardRead(sql: string): void {
  const refuse = (what: string) => {
    throw new LacydonError('engine_failed', 500, `A query was refused before the engine: ${what}.`)
  }
  const tokens = sql.match(/"(?:[^"]|"")*"|'|\$\d+|\d[\w.+-]*|\w+|\s+|--|\/\*|[^\s\w]/g) ?? []
  const words = tokens.filter((token) => token.trim() !== '')
  if (words[0]?.toLowerCase() !== 'select') refuse('it is no SELECT')
  for (const [i, token] of words.entries()) {
    if (token === ';' || token === "'" || token === '--' || token === '/*' || token === '`') refuse(token)
    if (token === '$') refuse('a dollar quote')
    if (!/^[A-Za-z_]/.test(token)) {
      if (token.startsWith('"') && words[i + 1] === '(') refuse(`the quoted function ${token}`)
      continue
    }
    const word = token.toLowerCase()
    const isMember = words[i - 1] === '.'
    if (!isMember && forbidden.has(word)) refuse(word)
    if (words[i + 1] === '(' && (isMember || !allowed.has(word))) refuse(`the function ${token}`)
  }
}
