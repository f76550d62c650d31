/** @typedef {{ title: string, columns: string[], rows: (string | number)[][], notes: string[] }} Table */

const begin = '<!-- tables: written by npm run bench -- --write -->'
const end = '<!-- end of tables -->'

/** @param {Table} table */
export function markdownTable({ title, columns, rows, notes }) {
  const line = (/** @type {(string | number)[]} */ cells) => `| ${cells.map(cell).join(' | ')} |`
  const rule = columns.map((_, i) => (rows.every((row) => typeof row[i] === 'number') ? '--:' : '---'))
  const head = [`### ${title}`, '', line(columns), `|${rule.join('|')}|`, ...rows.map(line)]
  return [...head, ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${note}`)] : [])].join('\n')
}

/** Thousands are set apart, as people read them. */
function cell(/** @type {string | number} */ value) {
  if (typeof value === 'string') return value.replaceAll('|', '\\|')
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 })
}

/**
 * The page with what stands between its two markers replaced; throws where it has none.
 * @param {string} page
 * @param {string} tables
 */
export function insertTables(page, tables) {
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`The page needs a line ${begin} and, after it, a line ${end}.`)
  return `${page.slice(0, from + begin.length)}\n${tables}\n${page.slice(to)}`
}
