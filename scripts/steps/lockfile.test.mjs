import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  completeLock,
  expectedPackages,
  missingOptional,
  missingPackages,
  platformEntry,
} from './lockfile.mjs'
import { root } from './root.mjs'

const linux = { os: 'linux', cpu: 'x64', libc: 'glibc' }

/** @type {import('./lockfile.mjs').Lock} */
const lock = {
  packages: {
    '': { version: '1.0.0' },
    'node_modules/a': {
      version: '1.0.0',
      optionalDependencies: { 'a-linux-x64-gnu': '1.0.0', 'a-darwin-arm64': '1.0.0' },
    },
    'node_modules/a-linux-x64-gnu': {
      version: '1.0.0',
      os: ['linux'],
      cpu: ['x64'],
      libc: ['glibc'],
      optional: true,
    },
    'node_modules/b': { version: '2.0.0', dev: true },
    'node_modules/b/node_modules/c': {
      version: '1.0.0',
      dev: true,
      optionalDependencies: { inner: '^1.0.0' },
    },
    'node_modules/b/node_modules/inner': { version: '1.2.0', dev: true, optional: true },
  },
}

describe('what should be installed', () => {
  test('is what the platform runs, without development unless asked for', () => {
    expect(expectedPackages(lock, linux, { dev: false })).toEqual([
      'node_modules/a',
      'node_modules/a-linux-x64-gnu',
    ])
    expect(expectedPackages(lock, { ...linux, libc: 'musl' }, { dev: false })).toEqual(['node_modules/a'])
    expect(expectedPackages(lock, linux, { dev: true })).toHaveLength(5)
  })

  test('is missed when absent, of another version, or a native build left out', () => {
    const tree = { packages: { 'node_modules/a': { version: '1.0.0' } } }
    expect(missingPackages(lock, tree, linux, { dev: false })).toEqual(['node_modules/a-linux-x64-gnu'])
    const older = { packages: { ...lock.packages, 'node_modules/a': { version: '0.9.0' } } }
    expect(missingPackages(lock, older, linux, { dev: true })).toEqual(['node_modules/a'])
    expect(missingPackages(lock, lock, linux, { dev: true })).toEqual([])
  })

  test('heeds exclusions such as !win32', () => {
    const notWindows = { packages: { 'node_modules/x': { version: '1.0.0', os: ['!win32'] } } }
    expect(expectedPackages(notWindows, linux, { dev: false })).toHaveLength(1)
    expect(expectedPackages(notWindows, { ...linux, os: 'win32' }, { dev: false })).toHaveLength(0)
  })
})

describe('a lock without the builds of other platforms', () => {
  test('names them, looking where Node would', () => {
    expect(missingOptional(lock).map(({ name }) => name)).toEqual(['a-darwin-arm64'])
  })

  test('is completed from names and exact versions, and then lacks nothing', () => {
    const { lock: complete, added, unknown } = completeLock(lock)
    expect(added).toEqual(['a-darwin-arm64@1.0.0'])
    expect(unknown).toEqual([])
    expect(complete.packages['node_modules/a-darwin-arm64']).toEqual({
      version: '1.0.0',
      cpu: ['arm64'],
      optional: true,
      os: ['darwin'],
    })
    expect(missingOptional(complete)).toEqual([])
    expect(completeLock(complete).lock).toEqual(complete)
  })

  test.each([
    ['@esbuild/linux-arm64', { os: ['linux'], cpu: ['arm64'] }],
    ['lightningcss-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
    ['@rolldown/binding-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
    ['@rolldown/binding-win32-x64-msvc', { os: ['win32'], cpu: ['x64'] }],
    ['@rolldown/binding-wasm32-wasi', { cpu: ['wasm32'] }],
  ])('%s', (name, expected) => {
    expect(platformEntry(name, '1.2.3', false)).toEqual({ version: '1.2.3', optional: true, ...expected })
  })

  test('is left alone where the name or the version tells nothing', () => {
    expect(platformEntry('fsevents', '1.2.3', false)).toBeUndefined()
    expect(platformEntry('x-linux-x64', '^1.2.3', false)).toBeUndefined()
  })

  test('any name and range: an entry has the version asked for and a processor, or there is none', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, range) => {
        const entry = platformEntry(name, range, false)
        if (entry) expect(entry).toMatchObject({ version: range, cpu: [expect.any(String)], optional: true })
      }),
    )
  })
})

const locks = ['.', 'tests', 'bench'].filter((folder) => existsSync(join(root, folder, 'package.json')))

test.each(locks)('the lock file in %s has an entry for every optional package', (folder) => {
  const text = readFileSync(join(root, folder, 'package-lock.json'), 'utf8')
  expect(missingOptional(JSON.parse(text))).toEqual([])
})
