import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { filesSuite } from './files.suite.ts'
import { openFolderFiles } from './folder.ts'
import { openFiles } from './open.ts'

describe('files in a folder', () => {
  filesSuite(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lacydon-files-'))
    return { store: await openFolderFiles(folder), stop: () => rm(folder, { recursive: true }) }
  })
})

describe('the folder itself', () => {
  let root: string
  let folder: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lacydon-files-'))
    folder = join(root, 'files')
  })
  afterEach(() => rm(root, { recursive: true }))

  const keys = async (store: Awaited<ReturnType<typeof openFolderFiles>>) => {
    const all: string[] = []
    for await (const { key } of store.list('')) all.push(key)
    return all
  }

  test('links are neither read, written through, deleted nor listed', async () => {
    const store = await openFolderFiles(folder)
    await writeFile(join(root, 'secret'), 'secret')
    await mkdir(join(root, 'outside'))
    await writeFile(join(root, 'outside', 'x'), 'secret')
    await symlink(join(root, 'secret'), join(folder, 'link'))
    await symlink(join(root, 'outside'), join(folder, 'linked'))
    for (const key of ['link', 'linked/x']) {
      await expect(store.stat(key)).rejects.toMatchObject({ code: 'not_found' })
      await expect(store.get(key)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'not_found' })
      await store.delete(key)
    }
    await expect(store.put('linked/x', Buffer.from('y'))).rejects.toMatchObject({ code: 'conflict' })
    expect(await keys(store)).toEqual([])
    expect(await readFile(join(root, 'outside', 'x'), 'utf8')).toBe('secret')
    await store.put('link', Buffer.from('mine'))
    expect(await readFile(join(root, 'secret'), 'utf8')).toBe('secret')
    expect(await keys(store)).toEqual(['link'])
  })

  test('what an earlier process left unfinished is removed; what it finished stays', async () => {
    const first = await openFolderFiles(folder)
    await first.put('kept', Buffer.from('x'))
    await writeFile(join(folder, '.incoming', 'half'), 'half')
    const second = await openFolderFiles(folder)
    expect(await readdir(join(folder, '.incoming'))).toEqual([])
    expect(await keys(second)).toEqual(['kept'])
  })

  test('emptied folders go; files are their owner’s alone; a key cannot be a file and a folder', async () => {
    const store = await openFolderFiles(folder)
    await store.put('a/b/c', Buffer.from('x'))
    expect((await stat(join(folder, 'a/b/c'))).mode & 0o777).toBe(0o600)
    await expect(store.put('a/b', Buffer.from('x'))).rejects.toMatchObject({ code: 'conflict' })
    await expect(store.put('a/b/c/d', Buffer.from('x'))).rejects.toMatchObject({ code: 'conflict' })
    await store.delete('a/b/c')
    expect((await readdir(folder)).filter((name) => name !== '.incoming')).toEqual([])
  })

  test('foreign names in the folder are not listed', async () => {
    const store = await openFolderFiles(folder)
    await writeFile(join(folder, 'with space'), '')
    await store.put('ok', Buffer.from('x'))
    expect(await keys(store)).toEqual(['ok'])
  })

  test('health tells a folder that is gone', async () => {
    const store = await openFolderFiles(folder)
    await rm(folder, { recursive: true })
    expect(await store.health()).toMatchObject({ engine: 'folder', ok: false })
    expect((await store.health()).message).toContain('cannot be written')
  })

  test('FILES_URL: nothing or file: is a folder, S3 is not yet served', async () => {
    await (await openFiles({ folder })).put('x', Buffer.from('x'))
    const elsewhere = join(root, 'elsewhere')
    await (await openFiles({ folder, url: pathToFileURL(elsewhere).href })).put('y', Buffer.from('y'))
    expect(await readFile(join(elsewhere, 'y'), 'utf8')).toBe('y')
    for (const url of ['s3://key:secret@bucket/prefix', 'ftp://x', 'nonsense']) {
      expect(() => openFiles({ folder, url })).toThrow(/^FILES_URL is “.*”: write .*not yet served/)
      expect(() => openFiles({ folder, url })).not.toThrow('secret')
    }
  })
})
