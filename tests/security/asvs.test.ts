/** docs/asvs.csv is true: every test it names exists, and every requirement of levels 1 and 2 has its line. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Line {
  requirement: string
  about: string
  status: 'tested' | 'reviewed' | 'not applicable' | 'open'
  /** `tested`: files, each with words of a test after `#`; `reviewed`: files to read; else the reason. */
  evidence: string
}
const lines = parse(read('docs/asvs.csv'), { columns: true }) as Line[]
const statuses = ['tested', 'reviewed', 'not applicable', 'open'] as const

it('has a line for each requirement of levels 1 and 2, once', () => {
  const ids = lines.map(({ requirement }) => requirement)
  expect(new Set(ids).size).toBe(ids.length)
  // ASVS 5.0.0: 70 requirements of level 1 and 183 of level 2.
  expect(ids).toHaveLength(253)
  for (const { requirement, about, status, evidence } of lines) {
    expect(requirement).toMatch(/^V([1-9]|1[0-7])\.\d{1,2}\.\d{1,2}$/)
    expect([requirement, statuses.includes(status), about !== '', evidence !== '']).toEqual([
      requirement,
      true,
      true,
      true,
    ])
  }
})

/** What is wrong with the evidence of a line. */
function faults({ requirement, status, evidence }: Line): string[] {
  if (status !== 'tested' && status !== 'reviewed') return []
  return evidence.split('; ').flatMap((one) => {
    if (status === 'reviewed') {
      const path = one.split(':')[0]!
      return existsSync(join(root, path)) ? [] : [`${requirement}: there is no ${path}`]
    }
    const [path = '', words = ''] = one.split('#')
    if (!/\.test\.tsx?$/.test(path) || !existsSync(join(root, path)))
      return [`${requirement}: there is no test ${path}`]
    return read(path).includes(words) ? [] : [`${requirement}: ${path} has no “${words}”`]
  })
}

it('names only tests and pages that exist', () => {
  expect(lines.flatMap(faults)).toEqual([])
  const unknown = { requirement: 'V1.1.1', about: 'x' }
  for (const [status, evidence] of [
    ['tested', 'tests/security/nowhere.test.ts'],
    ['tested', 'tests/security/asvs.test.ts#words that are nowhere'.replace('nowhere', 'no-where')],
    ['tested', 'docs/security.md'],
    ['reviewed', 'docs/nowhere.md'],
  ] as const)
    expect(faults({ ...unknown, status, evidence })).toHaveLength(1)
})

it('is summed up in docs/security.md', () => {
  const chapters = [...new Set(lines.map(({ requirement }) => requirement.split('.')[0]!))]
  const count = (of: Line[], status: string) => of.filter((line) => line.status === status).length
  const rows = chapters.map((chapter) => {
    const of = lines.filter(({ requirement }) => requirement.startsWith(`${chapter}.`))
    return `| ${chapter} | ${of.length} | ${statuses.map((status) => count(of, status)).join(' | ')} |`
  })
  rows.push(`| all | ${lines.length} | ${statuses.map((status) => count(lines, status)).join(' | ')} |`)
  const table = rows.join('\n')
  const page = read('docs/security.md')
  const shown = /\| chapter \|.*\n\|[-|: ]+\|\n((?:\|.*\|\n)+)/
  // UPDATE_ASVS=1 writes the sums anew.
  if (process.env.UPDATE_ASVS)
    writeFileSync(
      join(root, 'docs/security.md'),
      page.replace(shown, (all, old) => all.replace(old, `${table}\n`)),
    )
  expect(shown.exec(read('docs/security.md'))?.[1]?.trim()).toBe(table)
})
