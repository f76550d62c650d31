import { parentPort, workerData } from 'node:worker_threads'
import type { DemoPortOptions } from './demo-port.ts'
import { DemoFeed } from './feed.ts'
import { Transmitter } from './transmitter.ts'
import { World } from './world.ts'

const { seed, startAt, speed, host, port } = workerData as DemoPortOptions
const startedMs = Date.now()
const startAtMs = startAt.getTime()

const transmitter = new Transmitter({
  feed: new DemoFeed(new World(seed)),
  host,
  port,
  startAtMs,
  speed,
  // Faster than real time, the port's clock runs away from ours from the start on.
  now: () => (speed === 1 ? Date.now() : startAtMs + (Date.now() - startedMs) * speed),
})

parentPort!.postMessage({ port: await transmitter.listen() })
parentPort!.once('message', async () => {
  await transmitter.close()
  parentPort!.close()
})
