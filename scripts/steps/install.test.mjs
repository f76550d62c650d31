import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fingerprint } from './fingerprint.mjs'
import { installStep, isInstalled } from './install.mjs'
import { isOlder } from './node-version.mjs'
import { findRunning, registerRunning } from './running.mjs'
import { runSteps, StepError } from './step.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lacydon-install-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** @param {string} path @param {unknown} content */
function put(path, content) {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
}

const lockOf = (version = '1.0.0') => ({
  packages: {
    '': { version: '1.0.0' },
    'node_modules/a': { version },
    'node_modules/t': { version: '2.0.0', dev: true },
  },
})

test('a tree that npm made by hand counts, and what tests need beyond it is seen to be missing', () => {
  put('package-lock.json', lockOf())
  expect(isInstalled(folder, false)).toBe(false)
  put('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '1.0.0' } } })
  expect(isInstalled(folder, false)).toBe(true)
  expect(isInstalled(folder, true)).toBe(false)
  put('node_modules/.package-lock.json', lockOf())
  expect(isInstalled(folder, true)).toBe(true)
})

test('another lock, or a tree that npm left half done, is installed again', () => {
  put('package-lock.json', lockOf())
  put('node_modules/.package-lock.json', lockOf())
  expect(isInstalled(folder, true)).toBe(true)
  put('package-lock.json', lockOf('1.0.1'))
  expect(isInstalled(folder, true)).toBe(false)
  rmSync(join(folder, 'node_modules'), { recursive: true })
  expect(isInstalled(folder, false)).toBe(false)
})

test('a missing or damaged lock file is said, not guessed', async () => {
  put('package-lock.json', '{ "packages"')
  const step = installStep({ root: folder, dev: false, what: 'packages' })
  await expect(runSteps([step], () => {})).rejects.toThrow('is missing or damaged')
})

test('nothing is installed under a running server', async () => {
  put('package-lock.json', lockOf())
  mkdirSync(join(folder, 'node_modules/.cache/lacydon/running'), { recursive: true })
  const { processIdentity } = await import('./process-identity.mjs')
  put(`node_modules/.cache/lacydon/running/${process.ppid}`, processIdentity(process.ppid) ?? '')
  put('node_modules/.cache/lacydon/running/4194304', '4194304@long ago')
  expect(findRunning(folder)).toEqual([process.ppid])
  const step = installStep({ root: folder, dev: false, what: 'packages' })
  const refusal = runSteps([step], () => {})
  await expect(refusal).rejects.toThrow(StepError)
  await expect(refusal).rejects.toThrow(
    `Lacydon runs from this folder (process ${process.ppid}): stop it first`,
  )
})

test('a start does not count itself', () => {
  registerRunning(folder)
  expect(findRunning(folder)).toEqual([])
})

test('steps say how far they are and leave out what is done', async () => {
  /** @type {string[]} */
  const said = []
  const step = (/** @type {string | undefined} */ title) => ({
    title: () => title,
    run: async (/** @type {(line: string) => void} */ say) => say(`at ${title}`),
  })
  expect(await runSteps([step('one'), step(undefined), step('two')], (line) => said.push(line))).toBe(2)
  expect(said).toEqual(['[1/2] one', '      at one', '[2/2] two', '      at two'])
})

test('a fingerprint changes with content, name and place, not with what was built', () => {
  put('src/a.ts', 'a')
  put('src/b.ts', 'b')
  const before = fingerprint(folder, ['src', 'nothing'])
  put('src/dist/x.js', 'built')
  put('src/node_modules/x.js', 'installed')
  expect(fingerprint(folder, ['src'])).toBe(before)
  put('src/a.ts', 'ab')
  put('src/b.ts', '')
  expect(fingerprint(folder, ['src'])).not.toBe(before)
  put('src/a.ts', 'a')
  put('src/b.ts', 'b')
  expect(fingerprint(folder, ['src'])).toBe(before)
  put('src/distance.ts', '')
  expect(fingerprint(folder, ['src'])).not.toBe(before)
})

test.each([
  ['20.19.9', true],
  ['20.20.0', false],
  ['20.20.2', false],
  ['22.0.0-nightly2024', false],
  ['8.17.0', true],
])('Node %s is too old: %s', (version, expected) => {
  expect(isOlder(version, '20.20.0')).toBe(expected)
})
