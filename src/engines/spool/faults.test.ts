import { execFileSync } from 'node:child_process'
import { type FileHandle, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nodeDisk, type SpoolDisk } from './segment.ts'
import { openSpoolStore } from './segment-spool.ts'
import type { Spool } from './spool.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lacydon-spool-faults-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Operation = 'open' | 'write' | 'datasync' | 'sync' | 'truncate' | 'unlink'

/** The real disk, where `fails` decides about each operation; a failing write still writes half of its bytes. */
function failingDisk(fails: (operation: Operation) => boolean): SpoolDisk {
  const check = (operation: Operation) => {
    if (fails(operation))
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  }
  const wrap = (handle: FileHandle): FileHandle =>
    new Proxy(handle, {
      get(target, name) {
        const method = Reflect.get(target, name)
        if (typeof method !== 'function') return method
        return async (...args: unknown[]) => {
          if (name === 'write' && fails('write')) {
            const [bytes, start, length, position] = args as [Uint8Array, number, number, number]
            await target.write(bytes, start, length >> 1, position)
            throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
          }
          if (name === 'datasync' || name === 'sync' || name === 'truncate') check(name)
          return Reflect.apply(method, target, args)
        }
      },
    })
  return {
    ...nodeDisk,
    open: async (path, flags, mode) => {
      if (flags === 'w') check('open')
      return wrap(await nodeDisk.open(path, flags, mode))
    },
    unlink: async (path) => {
      check('unlink')
      return nodeDisk.unlink(path)
    },
  }
}

async function content(spool: Spool): Promise<string> {
  let out = ''
  for await (const record of spool.read(0)) out += Buffer.from(record.data).toString('latin1')
  return out
}

describe.each(['open', 'write', 'datasync', 'sync'] as const)('when %s fails', (operation) => {
  test('nothing is half kept, appends are refused, and all goes on when it works again', async () => {
    let failing = false
    const disk = failingDisk((asked) => failing && asked === operation)
    const spool = await openSpoolStore({ folder, disk, segmentBytes: 200 }).open('feed')
    const failures: Error[] = []
    spool.onFailure = (error) => failures.push(error)
    spool.append(1, Buffer.from('before\n'))
    await spool.flush()

    failing = true
    // Longer than what is left of the segment, so that a new one has to be opened and synced too.
    const accepted = `${'accepted '.repeat(15)}\n`
    spool.append(2, Buffer.from(accepted))
    await expect(spool.flush()).rejects.toMatchObject({ code: 'unavailable' })
    expect(failures.length).toBeGreaterThan(0)
    expect(failures[0]!.message).toContain('“feed”')
    expect(() => spool.append(3, Buffer.from('refused\n'))).toThrow('cannot be written')
    expect(spool.durableSeq).toBe(7)
    await expect(spool.flush()).rejects.toMatchObject({ code: 'unavailable' })
    const names = (await readdir(join(folder, 'feed'))).filter((name) => name.endsWith('.seg'))
    expect(names).toEqual(['0000000000000000.seg'])
    expect((await stat(join(folder, 'feed', names[0]!))).size).toBe(40 + 40 + 7)

    failing = false
    await spool.flush()
    spool.append(4, Buffer.from('after\n'))
    await spool.close()
    const again = await openSpoolStore({ folder }).open('feed')
    expect(await content(again)).toBe(`before\n${accepted}after\n`)
    await again.close()
  })
})

test('whatever fails and when, what was accepted is there once and in order, also after a restart', async () => {
  const operations: Operation[] = ['open', 'write', 'datasync', 'sync', 'truncate', 'unlink']
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ length: fc.nat(120), failing: fc.subarray(operations) }), { maxLength: 25 }),
      async (steps) => {
        const run = await mkdtemp(join(folder, 'run-'))
        let failing: Operation[] = []
        const disk = failingDisk((operation) => failing.includes(operation))
        const damages: string[] = []
        const options = {
          folder: run,
          segmentBytes: 300,
          onDamage: (d: { message: string }) => damages.push(d.message),
        }
        const spool = await openSpoolStore({ ...options, disk }).open('feed')
        let accepted = ''
        for (const [i, step] of steps.entries()) {
          failing = step.failing
          const line = `${i}${'.'.repeat(step.length)}\n`
          try {
            spool.append(i, Buffer.from(line))
            accepted += line
          } catch (error) {
            expect(error).toMatchObject({ code: 'unavailable' })
          }
          await spool.flush().catch((error) => expect(error).toMatchObject({ code: 'unavailable' }))
        }
        failing = []
        await spool.flush()
        expect(await content(spool)).toBe(accepted)
        await spool.close()
        const again = await openSpoolStore(options).open('feed')
        expect(await content(again)).toBe(accepted)
        await again.close()
        expect(damages).toEqual([])
      },
    ),
    { numRuns: 60 },
  )
})

test('close tells when the last appends could not be kept', async () => {
  let failing = false
  const disk = failingDisk((operation) => failing && operation === 'write')
  const store = openSpoolStore({ folder, disk })
  const spool = await store.open('feed')
  failing = true
  spool.append(1, Buffer.from('lost\n'))
  await expect(spool.close()).rejects.toMatchObject({ code: 'unavailable' })
  failing = false
  const again = await store.open('feed')
  expect(again.durableSeq).toBe(0)
  await again.close()
})

/** Mounts a file system of 256 KiB on a folder; undefined where this process may not. */
function mountTiny(path: string): { unmount: () => void } | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'ignore' })
    return { unmount: () => execFileSync('umount', [path]) }
  } catch {
    return undefined
  }
}

test('a really full disk: refused, then whole again when space returns', async (context) => {
  const mounted = mountTiny(folder)
  if (!mounted)
    return context.skip('mounting a small tmpfs needs root: the full-disk case ran by injection only')
  try {
    const filler = join(folder, 'filler')
    await writeFile(filler, Buffer.alloc(200 * 1024))
    const spool = await openSpoolStore({ folder }).open('feed')
    let accepted = ''
    let failure: Error | undefined
    spool.onFailure = (error) => {
      failure = error
    }
    while (failure === undefined) {
      const line = `${accepted.length} ${'x'.repeat(5000)}\n`
      spool.append(1, Buffer.from(line))
      accepted += line
      await spool.flush().catch(() => {})
    }
    expect(failure.message).toContain('ENOSPC')
    expect(spool.durableSeq).toBeLessThan(accepted.length)
    await rm(filler)
    await spool.flush()
    expect(await content(spool)).toBe(accepted)
    await spool.close()
  } finally {
    mounted.unmount()
  }
})
