import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** A port of the loopback address that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Asks until `isReady` says so. Throws with what the server wrote when it ended or is not ready within 30 s. */
export async function untilReady(
  server: ChildProcess,
  output: () => string,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await isReady())) {
    if (server.exitCode !== null || server.signalCode !== null || Date.now() > deadline) {
      throw new Error(`The test server did not start: ${output()}`)
    }
    await delay(25)
  }
}

export const untilListening = (server: ChildProcess, port: number, output: () => string) =>
  untilReady(server, output, () => accepts(port))

/** Ends a server by its handle and waits for it; after 10 s it is killed. */
export async function stopServer(server: ChildProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill(signal)
  const timer = setTimeout(() => server.kill('SIGKILL'), 10_000)
  await exited
  clearTimeout(timer)
}

/** Collects the last 4,000 characters a server writes, and ends it should this process end first. */
export function watchOutput(server: ChildProcess): () => string {
  let output = ''
  const take = (chunk: Buffer) => {
    output = (output + String(chunk)).slice(-4000)
  }
  server.stdout?.on('data', take)
  server.stderr?.on('data', take)
  server.on('error', (error) => {
    output += error.message
  })
  const endWithUs = () => server.kill('SIGKILL')
  process.once('exit', endWithUs)
  server.once('exit', () => process.removeListener('exit', endWithUs))
  return () => output
}
