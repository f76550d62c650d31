import { spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withCheckoutLock } from './checkout-lock.mjs'
import { isRunning, processIdentity } from './process-identity.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lacydon-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Starts a process that takes the lock `rounds` times and notes when it comes in and goes out. */
function contender(/** @type {number} */ rounds) {
  const module = new URL('./checkout-lock.mjs', import.meta.url).href
  const code = `
    import { appendFileSync } from 'node:fs'
    import { withCheckoutLock } from '${module}'
    for (let i = 0; i < ${rounds}; i++)
      await withCheckoutLock('${folder}', () => {}, async () => {
        appendFileSync('${folder}/log', 'in\\n')
        await new Promise((resolve) => setImmediate(resolve))
        appendFileSync('${folder}/log', 'out\\n')
      })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' })
  return new Promise((resolve) => child.on('exit', resolve))
}

test('never are two processes inside, and nothing is left behind', async () => {
  appendFileSync(join(folder, 'log'), '')
  expect(await Promise.all([contender(10), contender(10), contender(10)])).toEqual([0, 0, 0])
  const log = readFileSync(join(folder, 'log'), 'utf8')
  expect(log).toBe('in\nout\n'.repeat(30))
  expect(readdirSync(folder)).toEqual(['log'])
})

test('a lock whose owner died is taken over', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.on('exit', resolve))
  writeFileSync(join(folder, '.build.lock'), `${child.pid}@somewhen`)
  expect(
    await withCheckoutLock(
      folder,
      () => {},
      async () => 'done',
    ),
  ).toBe('done')
  expect(existsSync(join(folder, '.build.lock'))).toBe(false)
})

test('the lock is given back when the work fails, and who waits is told for whom', async () => {
  await expect(
    withCheckoutLock(
      folder,
      () => {},
      () => Promise.reject(new Error('no')),
    ),
  ).rejects.toThrow('no')
  /** @type {string[]} */
  const said = []
  const inside = withCheckoutLock(
    folder,
    () => {},
    async () => {
      const waiting = withCheckoutLock(
        folder,
        (line) => said.push(line),
        async () => 'after',
      )
      await expect.poll(() => said).toHaveLength(1)
      return { waiting }
    },
  )
  expect(await (await inside).waiting).toBe('after')
  expect(said).toEqual([`Another process (${process.pid}) installs or builds here: waiting for it.`])
})

test('a process is known by more than its number', () => {
  const mine = processIdentity(process.pid) ?? ''
  expect(isRunning(mine)).toBe(true)
  expect(isRunning(`${process.pid}@another birth`)).toBe(false)
  expect(isRunning('')).toBe(false)
  expect(processIdentity(0)).toBeUndefined()
})
