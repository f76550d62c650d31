/** The product with a file of calls loaded, as a user loads it. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'

const pollMs = 50

export interface LoadFigures {
  /** From the first byte sent to rows that are published. */
  totalMs: number
  /** From the last byte received. */
  loadMs: number
  rows: number
}

/** Sends the file and waits for its rows. Throws when the load fails or is held. */
export async function loadCalls(address: string, id: string, path: string): Promise<LoadFigures> {
  const { size } = await stat(path)
  const beganMs = performance.now()
  const answer = await fetch(`${address}/api/v1/datasets/${id}/versions?create=true&fileName=calls.csv`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', 'content-length': String(size) },
    body: Readable.toWeb(createReadStream(path, { highWaterMark: 1 << 20 })) as ReadableStream,
    duplex: 'half',
  } as RequestInit)
  if (!answer.ok) throw new Error(`the load was refused: ${answer.status} ${await answer.text()}`)
  let view = (await answer.json()) as {
    id: string
    state: string
    holds: string[]
    result: { rowCount: number } | null
  }
  const receivedMs = performance.now()
  while (view.state !== 'published') {
    if (view.state === 'failed' || view.state === 'cancelled' || view.holds.length > 0)
      throw new Error(`the load did not end well: ${JSON.stringify(view).slice(0, 500)}`)
    await wait(pollMs)
    view = (await (await fetch(`${address}/api/v1/datasets/${id}/loads/${view.id}`)).json()) as typeof view
  }
  const endedMs = performance.now()
  return {
    totalMs: endedMs - beganMs,
    loadMs: endedMs - receivedMs,
    rows: view.result?.rowCount ?? Number.NaN,
  }
}
