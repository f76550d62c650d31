/** The thread that makes tiles: parsing, cutting and compressing leave the server's own thread free. */
import { parentPort } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { encodeTile, type TileLayers } from './encode.ts'

export interface EncodeRequest {
  id: number
  layers: TileLayers
}
export interface EncodeAnswer {
  id: number
  /** Undefined when nothing is in the tile. */
  bytes?: Uint8Array
  gzip?: Uint8Array
  failure?: string
}

parentPort?.on('message', ({ id, layers }: EncodeRequest) => {
  const answer: EncodeAnswer = { id }
  try {
    const bytes = encodeTile(layers)
    if (bytes) {
      answer.bytes = new Uint8Array(bytes)
      answer.gzip = new Uint8Array(gzipSync(bytes, { level: 3 }))
    }
  } catch (error) {
    answer.failure = String(error)
  }
  const buffers = [answer.bytes, answer.gzip].flatMap((bytes) => (bytes ? [bytes.buffer as ArrayBuffer] : []))
  parentPort!.postMessage(answer, buffers)
})
