/** Readers of an address: a number of connections, each asking again as soon as it was answered. */
import { Agent, get } from 'node:http'

export interface HttpFigures {
  perSecond: number
  medianMs: number
  p99Ms: number
}

/** `pathOf` gives the address of each request. Throws when an answer is no 200. */
export async function readHttp(
  address: string,
  pathOf: (i: number) => string,
  {
    connections = 10,
    seconds = 3,
    headers = {},
  }: { connections?: number; seconds?: number; headers?: Record<string, string> } = {},
): Promise<HttpFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: number[] = []
  let asked = 0
  const beganMs = performance.now()
  const endMs = beganMs + seconds * 1_000
  const reader = async () => {
    while (performance.now() < endMs) {
      const at = performance.now()
      await ask(agent, `${address}${pathOf(asked++)}`, headers)
      times.push(performance.now() - at)
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, reader))
  } finally {
    agent.destroy()
  }
  times.sort((a, b) => a - b)
  const elapsedS = (performance.now() - beganMs) / 1_000
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN
  return { perSecond: times.length / elapsedS, medianMs: at(0.5), p99Ms: at(0.99) }
}

const ask = (agent: Agent, url: string, headers: Record<string, string>): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200 && response.statusCode !== 204 && response.statusCode !== 304)
        reject(new Error(`${url} answered ${response.statusCode}`))
      response.on('end', resolve).on('error', reject).resume()
    }).on('error', reject)
  })
