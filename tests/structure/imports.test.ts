import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listFiles, type Module, parseModule, readModules } from './modules.ts'
import {
  borderViolations,
  drawers,
  importCycles,
  impureRules,
  isTest,
  matches,
  missingAtRunTime,
  networkViolations,
  placeOf,
  rule,
} from './rules.ts'

const root = resolve(import.meta.dirname, '../..')
const folders = ['src', 'simulator', 'web/src']
const all = readModules(root, folders)
const product = all.filter(({ path }) => !isTest(path))
const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

describe('the product', () => {
  test('is read whole', () => {
    expect(product.map(({ path }) => path)).toContain('src/cli.ts')
    const known = new Set([
      ...all.map(({ path }) => path),
      ...listFiles(root, 'data'),
      ...listFiles(root, 'web'),
    ])
    const unknown = product.flatMap(({ path, imports }) =>
      imports
        .filter(({ isRelative, target }) => isRelative && !known.has(target))
        .map(({ target }) => `${path} imports ${target}, which is not there`),
    )
    expect(unknown).toEqual([])
  })

  test('crosses from slice to slice by their doors only', () => {
    expect(borderViolations(product)).toEqual([])
  })

  test('has only doors that exist', () => {
    const paths = new Set(product.map(({ path }) => path))
    expect(Object.keys(rule.extraDoors).filter((path) => !paths.has(path))).toEqual([])
  })

  test('keeps its rules pure', () => {
    expect(impureRules(product)).toEqual([])
  })

  test('reaches the network from the listed places only', () => {
    expect(networkViolations(product)).toEqual([])
  })

  test('finds at run time all that it imports', () => {
    expect(missingAtRunTime(product, Object.keys(dependencies))).toEqual([])
  })

  test('brings the types of what it is built with, so that a start builds without what only tests need', () => {
    const typed = Object.keys(devDependencies).filter((name) => name.startsWith('@types/'))
    expect(typed.filter((name) => name.slice('@types/'.length) in dependencies)).toEqual([])
  })

  test('has no import cycle', () => {
    expect(importCycles(product)).toEqual([])
  })

  test('has no drawer for anything', () => {
    expect(drawers([...folders, 'tests', 'bench'].flatMap((folder) => listFiles(root, folder)))).toEqual([])
  })

  test('has no file too long to hold in the head', () => {
    expect(all.filter(({ lines }) => lines > rule.maxLines).map(({ path }) => path)).toEqual([])
  })
})

describe('the rules see', () => {
  const modules = (sources: Record<string, string>): Module[] =>
    Object.entries(sources).map(([path, source]) => parseModule(path, source))

  test('every way to write an import, and none in text or comments', () => {
    const { imports } = parseModule(
      'src/a/b.ts',
      `import type { A } from './a.ts'
       import { type B, type C } from './types.ts'
       import { type D, e } from '../both.ts'
       import './effect.ts'
       export * from './all.ts'
       export type { F } from './f.ts'
       const late = () => import('./late.ts')
       // import { no } from './comment.ts'
       const text = "import { no } from './text.ts'" + \`\${late} import('./template.ts')\``,
    )
    expect(imports.map(({ target, isType, isDynamic }) => [target, isType, isDynamic])).toEqual([
      ['src/a/a.ts', true, false],
      ['src/a/types.ts', true, false],
      ['src/both.ts', false, false],
      ['src/a/effect.ts', false, false],
      ['src/a/all.ts', false, false],
      ['src/a/f.ts', true, false],
      ['src/a/late.ts', false, true],
    ])
  })

  test('a slice that enters another by the window', () => {
    const found = borderViolations(
      modules({
        'src/vessels/service.ts': `import { a } from '../datasets/service.ts'; import { t } from '../datasets/tables.ts'`,
        'src/engines/bus/bus.ts': `import { a } from '../../vessels/service.ts'`,
        'src/main.ts': `import { r } from './vessels/routes.ts'`,
        'web/src/map/map.tsx': `import { s } from '../../../src/vessels/schema.ts'; import { r } from '../../../src/vessels/rules.ts'`,
      }),
    )
    expect(found).toEqual([
      'src/vessels/service.ts imports src/datasets/tables.ts',
      'src/engines/bus/bus.ts imports src/vessels/service.ts',
      'web/src/map/map.tsx imports src/vessels/rules.ts',
    ])
  })

  test('a rule that reads a file through another module', () => {
    const sources = {
      'src/vessels/rules.ts': `import { x } from './x.ts'; import type { Q } from '../engines/columnar/query.ts'`,
      'src/vessels/x.ts': `import { readFileSync } from 'node:fs'`,
      'src/air/rules.ts': `import { inspect } from 'node:util'`,
    }
    expect(impureRules(modules(sources))).toEqual(['src/vessels/rules.ts → src/vessels/x.ts → node:fs'])
  })

  test('a call to the network, but not one that was handed in', () => {
    const found = networkViolations(
      modules({
        'src/air/service.ts': `export const a = () => fetch('http://x')`,
        'src/air/other.ts': `export const a = () => globalThis.fetch('http://x')`,
        'src/air/good.ts': `export const a = ({ fetch }) => fetch('http://x')`,
        'src/air/address.ts': `import { isIP } from 'node:net'`,
        'src/air/socket.ts': `import { connect } from 'node:net'; import type { Socket } from 'node:tls'`,
        'src/connectors/ais/inputs/tcp.ts': `import { connect } from 'node:net'`,
      }),
    )
    expect(found).toEqual([
      'src/air/service.ts calls fetch',
      'src/air/other.ts calls fetch',
      'src/air/socket.ts imports node:net',
    ])
  })

  test('what only development installs, and what is not built', () => {
    const found = missingAtRunTime(
      modules({
        'src/air/rules.ts': `import fc from 'fast-check'; import { a } from '@scope/known/sub'; import 'node:fs'`,
        'src/air/b.ts': `import { cases } from './rules.suite.ts'; import { b } from './c.ts'`,
      }),
      ['@scope/known'],
    )
    expect(found).toEqual([
      'src/air/rules.ts imports fast-check',
      'src/air/b.ts imports src/air/rules.suite.ts',
    ])
  })

  test('a ring of imports', () => {
    const ring = {
      'src/a.ts': `import './b.ts'`,
      'src/b.ts': `import './c.ts'`,
      'src/c.ts': `import './a.ts'`,
    }
    expect(importCycles(modules(ring))).toEqual(['src/a.ts → src/b.ts → src/c.ts → src/a.ts'])
    const broken = { ...ring, 'src/c.ts': `import type { A } from './a.ts'` }
    expect(importCycles(modules(broken))).toEqual([])
  })

  test('drawers, places and patterns', () => {
    expect(drawers(['src/utils/a.ts', 'src/air/helpers.ts', 'src/air/utilisation.ts'])).toEqual([
      'src/utils/a.ts',
      'src/air/helpers.ts',
    ])
    expect(['src/errors.ts', 'src/main.ts', 'src/air/rules.ts', 'web/src/a.ts'].map(placeOf)).toEqual([
      'foundation',
      'composition',
      'src/air',
      'web',
    ])
    expect(matches('src/connectors/ais/inputs/a.ts', 'src/connectors/*/inputs/')).toBe(true)
    expect(matches('src/connectors/ais/a.ts', 'src/connectors/*/inputs/')).toBe(false)
  })

  test('a file that cannot be read as TypeScript', () => {
    expect(() => parseModule('src/a.ts', 'const = 1')).toThrow('src/a.ts')
  })
})
