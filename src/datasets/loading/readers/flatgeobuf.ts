/** FlatGeobuf, feature by feature. */
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { geojson } from 'flatgeobuf'
import { LacydonError } from '../../../errors.ts'
import { isKnownEpsg } from '../projection.ts'
import { damaged } from '../refusal.ts'
import { ObjectTable } from './objects.ts'
import type { ReadContext, ReadTable } from './source.ts'

export async function readFlatGeobuf({ path, writer, limits }: ReadContext): Promise<ReadTable> {
  const table = new ObjectTable(writer, limits)
  let code: number | undefined
  try {
    const stream = Readable.toWeb(createReadStream(path)) as ReadableStream
    const features = geojson.deserialize(stream, {
      headerMetaFn: (header: { crs: { code: number } | null }) => {
        code = header.crs?.code
      },
    })
    for await (const { properties, geometry } of features) {
      for (const [key, value] of Object.entries(properties ?? {})) table.put(key, value)
      table.put('geometry', geometry)
      table.endRow()
    }
  } catch (error) {
    if (error instanceof LacydonError) throw error
    throw damaged('FlatGeobuf', (error as Error).message.slice(0, 150))
  }
  return { ...table.table(), ...(code !== undefined && isKnownEpsg(code) && { epsg: code }) }
}
