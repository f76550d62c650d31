import { openSpoolStore } from './segment-spool.ts'

/**
 * Run by the crash test in a process of its own: appends lines that tell their own position as fast as the disk takes
 * them and prints each `durableSeq`, until it is killed.
 */
export function lineAt(position: number): string {
  return `${position}:${'x'.repeat((position * 7919) % 211)}\n`
}

async function appendForEver(folder: string): Promise<void> {
  const spool = await openSpoolStore({ folder, segmentBytes: 200_000, fsyncEveryMs: 2 }).open('feed')
  spool.onDurable = (durableSeq) => process.stdout.write(`${durableSeq}\n`)
  let position = spool.durableSeq
  const appendSome = () => {
    for (let i = 0; i < 20 && spool.pendingBytes < 100_000; i++) {
      const line = Buffer.from(lineAt(position), 'latin1')
      spool.append(Date.now(), line, position + line.length)
      position += line.length
    }
    setImmediate(appendSome)
  }
  appendSome()
}

if (process.argv[2] === 'append') await appendForEver(process.argv[3]!)
