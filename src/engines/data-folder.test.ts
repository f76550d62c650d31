import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDataFolder } from './data-folder.ts'

let root: string
let folder: string
const children: ChildProcess[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lacydon-data-'))
  folder = join(root, 'a', 'data')
})
afterEach(async () => {
  for (const child of children.splice(0)) await stop(child)
  rmSync(root, { recursive: true })
})

async function startChild(): Promise<{ child: ChildProcess; said: string }> {
  const script = fileURLToPath(new URL('./data-folder-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const [said] = await once(child.stdout!, 'data')
  return { child, said: String(said).trim() }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('is made for its owner alone, says its layout, and opens again after release', () => {
  const first = openDataFolder(folder)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(readFileSync(join(folder, 'VERSION'), 'utf8')).toBe('1\n')
  first.release()
  first.release()
  const second = openDataFolder(folder)
  first.release()
  expect(() => openDataFolder(folder)).toThrow('in use')
  second.release()
  openDataFolder(folder).release()
})

test('is refused while a living process has it, with one sentence; free once that is killed', async () => {
  const { child, said } = await startChild()
  expect(said).toBe('open')
  expect(() => openDataFolder(folder)).toThrow(
    new RegExp(`is in use by process ${child.pid} on ${hostname()} since \\d{4}-.*Z\\.$`),
  )
  await stop(child)
  openDataFolder(folder).release()
})

test('of several processes that start at the same moment one gets it', async () => {
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(Array.from({ length: 4 }, startChild))
    const sayings = answers.map(({ said }) => said)
    expect(sayings.filter((said) => said === 'open')).toHaveLength(1)
    expect(sayings.filter((said) => said !== 'open').join('\n')).toMatch(/^(.* is in use by .*\n?){3}$/)
    for (const child of children.splice(0)) await stop(child)
    rmSync(folder, { recursive: true })
  }
})

test('what a start cut short left behind is no foreign file', () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'instance.4711.VERSION.new'), '')
  openDataFolder(folder).release()
})

test('a holder file left by a dead process or a reused pid is taken over', () => {
  mkdirSync(folder, { recursive: true })
  const stale = {
    pid: process.ppid,
    host: hostname(),
    since: '2026-01-01T00:00:00.000Z',
    processStart: 'other 1',
  }
  for (const content of [
    JSON.stringify(stale),
    JSON.stringify({ ...stale, host: 'elsewhere' }),
    '{"pid":',
    '',
  ]) {
    writeFileSync(join(folder, 'instance.json'), content)
    const opened = openDataFolder(folder)
    expect(JSON.parse(readFileSync(join(folder, 'instance.json'), 'utf8')).pid).toBe(process.pid)
    opened.release()
  }
})

test('a file system that grants every lock: the holder file alone still refuses', async () => {
  const { child } = await startChild()
  rmSync(join(folder, 'instance.lock'))
  if (process.platform === 'linux') expect(() => openDataFolder(folder)).toThrow(`process ${child.pid}`)
})

test('the folder of a newer version, a foreign folder and a bad VERSION are refused untouched', () => {
  mkdirSync(folder, { recursive: true })
  for (const version of ['2\n', 'x', '']) {
    writeFileSync(join(folder, 'VERSION'), version)
    expect(() => openDataFolder(folder)).toThrow(/DATA_DIR is “.*”: write the folder of this version/)
  }
  rmSync(join(folder, 'VERSION'))
  writeFileSync(join(folder, 'thesis.tex'), '')
  expect(() => openDataFolder(folder)).toThrow('holds “thesis.tex”')
  expect(readdirSync(folder)).toEqual(['thesis.tex'])
})

test('a path that cannot be a folder is refused with what to do', () => {
  writeFileSync(join(root, 'file'), '')
  for (const path of [join(root, 'file'), join(root, 'file', 'below')]) {
    expect(() => openDataFolder(path)).toThrow(
      /^DATA_DIR is “.*”: write a folder that this user can write to \(/,
    )
  }
})

test('a folder that this user may not write to is refused with what to do', (context) => {
  if (process.getuid?.() === 0)
    return context.skip('root may write everywhere: run the tests as another user')
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o500)
  expect(() => openDataFolder(folder)).toThrow('a folder that this user can write to')
  chmodSync(folder, 0o700)
})
