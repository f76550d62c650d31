import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkout, startProduct } from '../start/started-product.ts'
import { Antenna } from './antenna.ts'

/** The built product on a free port and a folder of its own, hearing one antenna. */
export interface Port {
  address: string
  antenna: Antenna
  /** Stops the product, as a crash would for the page. */
  stopProduct(): Promise<void>
  /** Stops everything and removes the folder. */
  close(): Promise<void>
}

export async function openPort(): Promise<Port> {
  const antenna = new Antenna()
  const feed = await antenna.listen()
  const product = await openProduct(['--ais', `tcp://127.0.0.1:${feed}`])
  await heardBy(product.address, antenna.publicFleet.length)
  return {
    address: product.address,
    antenna,
    stopProduct: product.stop,
    async close() {
      await product.close()
      await antenna.close()
    },
  }
}

/**
 * Builds what changed and starts the product with `args`. `JOURNEY_COMMAND` starts it otherwise, from sources for
 * one, without a build.
 */
export async function openProduct(args: string[]) {
  const command = process.env.JOURNEY_COMMAND?.split(' ')
  if (!command) execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: checkout })
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-journey-'))
  const dataDir = join(folder, 'data')
  const product = startProduct(['--port', '0', '--data-dir', dataDir, ...args], { command })
  const stop = async () => void (await product.stop())
  const close = async () => {
    await product.stop('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    return { address: await product.address, printed: product.stdout, dataDir, stop, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Waits until the product shows `vessels` vessels by name. */
async function heardBy(address: string, vessels: number): Promise<void> {
  for (;;) {
    const list = (await (await fetch(`${address}/api/v1/vessels`)).json()) as {
      vessels: { name: string | null }[]
    }
    if (list.vessels.filter(({ name }) => name !== null).length >= vessels) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
