import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { settings } from '../../src/config.ts'
import { listFiles } from './modules.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...listFiles(root, 'docs').filter((path) => path.endsWith('.md')),
]

test.each(pages)('every link of %s leads to something', (page) => {
  const targets = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] as string)
  const broken = targets.filter(
    (target) => !/^https?:/.test(target) && !existsSync(join(root, dirname(page), target)),
  )
  expect(broken).toEqual([])
})

test('the operations guide has every setting with its default, and no other', () => {
  const rows = [...read('docs/operations.md').matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|/gm)]
  const documented = rows.map(([, name, fallback = '']) => ({ name, fallback }))
  expect(documented).toEqual(settings.map(({ name, fallback }) => ({ name, fallback })))
})

test('the operations guide has every metric', () => {
  const guide = read('docs/operations.md')
  const metrics = [...new Set(read('src/operations.ts').match(/lacydon_\w+/g))]
  expect(metrics.length).toBeGreaterThan(5)
  expect(metrics.filter((name) => !guide.includes(`\`${name}`))).toEqual([])
})

test('every path in the tree of the architecture exists', () => {
  const tree = /## The tree\s+```\n([\s\S]*?)```/.exec(read('ARCHITECTURE.md'))?.[1] ?? ''
  const folders: string[] = []
  const paths: string[] = []
  for (const line of tree.split('\n')) {
    const [, indent = '', names = ''] = /^( *)(\S+(?: {2}\S+)*)/.exec(line) ?? []
    const depth = indent.length / 2
    for (const name of names.split('  ').filter((text) => /^[\w.-]+(\/[\w.-]+)*\/?$/.test(text))) {
      if (!/[./]/.test(name)) continue
      const path = [...folders.slice(0, depth), name].join('/').replaceAll('//', '/')
      paths.push(path)
      if (name.endsWith('/')) folders.splice(depth, folders.length, name.slice(0, -1))
    }
  }
  expect(paths.length).toBeGreaterThan(15)
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('no document names a path of somebody’s machine', () => {
  const leaks = pages.filter((page) => /(^|[\s`("'])\/(work|home|root|Users)\//m.test(read(page)))
  expect(leaks).toEqual([])
})
