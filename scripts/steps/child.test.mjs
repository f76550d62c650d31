import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { runChild, tail } from './child.mjs'
import { processIdentity } from './process-identity.mjs'

const cwd = tmpdir()

test('what a program prints and its exit code come back', async () => {
  const args = ['-e', 'console.log("out"); console.error("err"); process.exitCode = 3']
  const { code, output } = await runChild(process.execPath, args, { cwd })
  expect(code).toBe(3)
  expect(output.split('\n').sort()).toEqual(['', 'err', 'out'])
})

test('a program that is not there is an exit code, not a crash', async () => {
  expect(await runChild('no-such-program', [], { cwd })).toMatchObject({
    code: 127,
    output: expect.stringContaining('no-such-program'),
  })
})

test.skipIf(process.platform === 'win32')('a signal goes to the child, and we leave after it', async () => {
  const module = new URL('./child.mjs', import.meta.url).href
  const grandchild = 'console.log(process.pid); setInterval(() => {}, 1000)'
  const code = `
    import { runChild } from '${module}'
    await runChild(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { cwd: '/', show: true })`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(line.toString())
  expect(processIdentity(pid)).toBeDefined()
  parent.kill('SIGTERM')
  const [exitCode] = await once(parent, 'exit')
  expect(exitCode).toBe(143)
  expect(processIdentity(pid)).toBeUndefined()
})

test('the tail of a text is its last lines', () => {
  expect(tail('a\nb\nc\n', 2)).toBe('b\nc')
})
