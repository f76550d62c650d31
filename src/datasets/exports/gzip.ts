/** gzip, by Node's thread pool. */
import { once } from 'node:events'
import { createGzip } from 'node:zlib'

const level = 5

/** The pieces as one gzip stream. Throws what `pieces` throws: the stream is then without its end. */
export async function* gzipped(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packer = createGzip({ level })
  const feeding = (async () => {
    for await (const piece of pieces) if (!packer.write(piece)) await once(packer, 'drain')
    packer.end()
  })().catch((error: Error) => packer.destroy(error))
  try {
    for await (const piece of packer) yield piece as Uint8Array
    await feeding
  } finally {
    packer.destroy()
  }
}
