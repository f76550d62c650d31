import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { listFiles } from './modules.ts'
import { isRouteFile, readsRows, rowReaders } from './row-reads.ts'
import { isTest } from './rules.ts'

const root = resolve(import.meta.dirname, '../..')
const readers = listFiles(root, 'src')
  .filter((path) => path.endsWith('.ts') && !isTest(path) && !path.startsWith('src/engines/'))
  .filter((path) => readsRows(readFileSync(join(root, path), 'utf8')))

test('no file that sees requests reads rows itself', () => {
  expect(readers.filter(isRouteFile)).toEqual([])
})

test('rows are read where it is said why, and nowhere else', () => {
  expect(readers.filter((path) => !(path in rowReaders))).toEqual([])
})

test('no reason is left of a file that reads no rows any more', () => {
  expect(Object.keys(rowReaders).filter((path) => !readers.includes(path))).toEqual([])
})

test('the reader of sources sees what it should', () => {
  expect(
    [
      'await this.#columnar.query(q)',
      'store\n  .stream(q)',
      'options.columnar?.query(q)',
      '// columnar.query(q)\n/* store.stream(q) */',
      'catalogue.query(q)',
    ].map(readsRows),
  ).toEqual([true, true, true, false, false])
  expect(
    ['src/vessels/routes.ts', 'src/datasets/versions-routes.ts', 'src/a/route-plan.ts'].map(isRouteFile),
  ).toEqual([true, true, false])
})
