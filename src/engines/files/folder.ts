import { createHash, randomUUID } from 'node:crypto'
import { constants, type Dirent } from 'node:fs'
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  statfs,
  unlink,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { conflict, invalidInput, LacydonError, notFound, unavailable } from '../../errors.ts'
import type { BlobStore, StoredFile } from './files.ts'
import { checkKey, checkPrefix, checkRange, incomingFolder, isKey } from './keys.ts'

const blockBytes = 256 * 1024
const littleSpaceBytes = 500_000_000

/**
 * Files in a local folder, one file a key. A file is written aside, fsynced and then renamed, so that it is whole or
 * not there, after a power cut too. Links are neither followed nor listed. What an earlier process left unfinished is
 * removed at opening: the folder has one owner. On a disk that does not tell capitals from small letters, keys
 * that differ only by them are one file.
 */
export async function openFolderFiles(path: string): Promise<BlobStore> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const root = await realpath(path)
  const incoming = join(root, incomingFolder)
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { mode: 0o700 })

  const openFile = async (key: string): Promise<FileHandle> => {
    checkKey(key)
    const file = await openNoFollow(root, key)
    if ((await file.stat()).isFile()) return file
    await file.close()
    throw notFound('file', key)
  }

  return {
    async put(key, data) {
      checkKey(key)
      const temporary = join(incoming, randomUUID())
      try {
        const stored = await writeWhole(temporary, data)
        await moveIntoPlace(root, key, temporary)
        return stored
      } catch (error) {
        await unlink(temporary).catch(() => {})
        throw storeError(error, key)
      }
    },

    async *get(key, range = { start: 0 }) {
      checkRange(range)
      const file = await openFile(key)
      try {
        const { size } = await file.stat()
        const end = Math.min(range.end ?? size, size)
        for (let at = range.start; at < end; ) {
          // A new block each time: the reader may keep what it was given.
          const block = Buffer.allocUnsafeSlow(Math.min(blockBytes, end - at))
          const { bytesRead } = await file.read(block, 0, block.length, at)
          if (bytesRead === 0) throw unavailable(`The file “${key}” became shorter while it was read.`)
          at += bytesRead
          yield block.subarray(0, bytesRead)
        }
      } finally {
        await file.close()
      }
    },

    async stat(key) {
      const file = await openFile(key)
      try {
        const { size, mtime } = await file.stat()
        return { key, sizeBytes: size, modifiedAt: mtime.toISOString() }
      } finally {
        await file.close()
      }
    },

    async delete(key) {
      checkKey(key)
      if (!(await isInside(root, key))) return
      const path = join(root, key)
      try {
        if (!(await lstat(path)).isFile()) return
        await unlink(path)
      } catch (error) {
        if (isAbsent(error)) return
        throw storeError(error, key)
      }
      await syncFolder(dirname(path))
      // Folders exist only for what they hold; one that got a file meanwhile stays.
      for (let folder = dirname(path); folder !== root; folder = dirname(folder)) {
        if (
          !(await rmdir(folder).then(
            () => true,
            () => false,
          ))
        )
          return
      }
    },

    list(prefix) {
      checkPrefix(prefix)
      return listBelow(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix)
    },

    async health() {
      const probe = join(incoming, randomUUID())
      try {
        await writeWhole(probe, Buffer.from('health'))
        await unlink(probe)
        const { bavail, bsize } = await statfs(root)
        const freeBytes = bavail * bsize
        const message = freeBytes < littleSpaceBytes ? `Only ${Math.round(freeBytes / 1e6)} MB are free.` : ''
        return { engine: 'folder', ok: true, message }
      } catch (error) {
        await unlink(probe).catch(() => {})
        return {
          engine: 'folder',
          ok: false,
          message: `${root} cannot be written: ${(error as Error).message}.`,
        }
      }
    },
  }
}

async function writeWhole(
  path: string,
  data: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const file = await open(path, 'wx', 0o600)
  try {
    const chunks = data instanceof Uint8Array ? [data] : data
    for await (const chunk of chunks) {
      hash.update(chunk)
      for (let done = 0; done < chunk.length; ) {
        done += (await file.write(chunk, done, chunk.length - done)).bytesWritten
      }
      sizeBytes += chunk.length
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { sizeBytes, sha256: hash.digest('hex') }
}

async function moveIntoPlace(root: string, key: string, temporary: string): Promise<void> {
  const path = join(root, key)
  for (let attempt = 1; ; attempt++) {
    const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    if (!(await isInside(root, key))) throw conflict(`The key “${key}” leads through a link.`)
    try {
      await rename(temporary, path)
    } catch (error) {
      // A delete of the last other file removed the folder in between.
      if (isAbsent(error) && attempt < 10) continue
      throw error
    }
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      await syncFolder(folder)
      if (made === undefined || folder === dirname(made) || folder === root) return
    }
  }
}

/** True when the folders of the key are there and none of them is a link. */
async function isInside(root: string, key: string): Promise<boolean> {
  const folder = dirname(join(root, key))
  return (await realpath(folder).catch(() => undefined)) === folder
}

async function openNoFollow(root: string, key: string): Promise<FileHandle> {
  if (!(await isInside(root, key))) throw notFound('file', key)
  try {
    return await open(join(root, key), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (isAbsent(error) || (error as NodeJS.ErrnoException).code === 'ELOOP') throw notFound('file', key)
    throw storeError(error, key)
  }
}

/** Files under `folder` (empty or ending in a slash) whose keys begin with `prefix`, sorted by key. */
async function* listBelow(root: string, folder: string, prefix: string): AsyncGenerator<StoredFile> {
  // isInside asks about the parent of a key: any name below the folder serves.
  if (folder !== '' && !(await isInside(root, `${folder}x`))) return
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error): Dirent[] => {
    if (isAbsent(error)) return []
    throw storeError(error, folder)
  })
  // With its slash a folder sorts where its files do: `a-b` < `a/b` < `a=b`.
  const named = entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => ({ isFile: entry.isFile(), key: `${folder}${entry.name}${entry.isFile() ? '' : '/'}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  for (const { isFile, key } of named) {
    if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue
    if (!isFile) {
      if (key !== `${incomingFolder}/`) yield* listBelow(root, key, prefix)
      continue
    }
    if (!key.startsWith(prefix) || !isKey(key)) continue
    const stat = await lstat(join(root, key)).catch(() => undefined)
    if (stat?.isFile()) yield { key, sizeBytes: stat.size, modifiedAt: stat.mtime.toISOString() }
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders; NTFS keeps names in its own journal.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r').catch((error) => {
    if (isAbsent(error)) return undefined
    throw error
  })
  await handle?.sync()
  await handle?.close()
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function storeError(error: unknown, key: string): unknown {
  if (error instanceof LacydonError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EISDIR' || code === 'ENOTEMPTY' || code === 'ENOTDIR' || code === 'EEXIST') {
    return conflict(`The key “${key}” and another one cannot be a file and a folder at once.`)
  }
  if (code === 'ENAMETOOLONG')
    return invalidInput(`The key “${key.slice(0, 100)}” is too long for this disk.`)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS' || code === 'EIO' || code === 'EACCES') {
    return unavailable(
      `The file “${key}” cannot be stored or read: ${message}.`,
      'See the disk of the data folder.',
    )
  }
  return error
}
