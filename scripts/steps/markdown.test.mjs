import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { insertTables, markdownTable } from './markdown.mjs'
import { root } from './root.mjs'

test('a table aligns figures to the right and sets thousands apart', () => {
  const table = markdownTable({
    title: 'Rate',
    columns: ['decoder', 'messages/s'],
    rows: [
      ['ours', 1234567],
      ['a|b', 0.125],
    ],
    notes: ['one core'],
  })
  expect(table.split('\n')).toEqual([
    '### Rate',
    '',
    '| decoder | messages/s |',
    '|---|--:|',
    '| ours | 1,234,567 |',
    '| a\\|b | 0.13 |',
    '',
    '- one core',
  ])
})

test('the page keeps what stands around its tables, however often it is written', () => {
  const page = readFileSync(join(root, 'docs/performance.md'), 'utf8')
  const once = insertTables(page, 'first')
  const twice = insertTables(once, 'second')
  expect(twice).toBe(once.replace('\nfirst\n', '\nsecond\n'))
  expect(() => insertTables('no markers', 'x')).toThrow('The page needs a line')
})
