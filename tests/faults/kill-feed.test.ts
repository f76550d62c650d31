import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkout } from '../start/started-product.ts'
import { killRepeatedly } from './kill.ts'
import { decodedRows, difference } from './stored-rows.ts'
import { Traffic } from './traffic.ts'

let folder = ''
beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: checkout })
  folder = mkdtempSync(join(tmpdir(), 'lacydon-kill-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the comparison sees a lost row, a doubled one and an invented one', () => {
  const lines = new Traffic(Date.UTC(2026, 0, 1)).take(1_000)
  const expected = decodedRows(lines)
  expect(expected).toHaveLength(1_000)
  expect(new Set(expected.map((row) => row.slice(row.indexOf(' ')))).size).toBe(1_000)
  expect(difference(expected, expected)).toEqual({ lost: [], surplus: [] })
  const [first, second, third] = expected as [string, string, string]
  const stored = [second, second, third, ...expected.slice(3), '9 invented'].sort()
  expect(difference(expected, stored)).toEqual({ lost: [first], surplus: [second, '9 invented'].sort() })
})

test('five kills during the feed lose no durable line and double none', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const said: string[] = []
  const report = await killRepeatedly({ kills: 5, seed, folder, say: (text) => said.push(text) })
  expect(report, `seed ${seed}\n${said.join('\n')}`).toMatchObject({ kills: 5, lost: [], surplus: [] })
  expect(report.keptBytes).toBeGreaterThan(0)
  expect(report.rows).toBeGreaterThan(0)
}, 300_000)
