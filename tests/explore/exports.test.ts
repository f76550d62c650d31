import { gunzipSync } from 'node:zlib'
import { parse as parseCsv } from 'csv-parse/sync'
import { unzipSync } from 'fflate'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { Parser } from 'n3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callRows, callsDefinition, type Instance, startInstance } from './instance.suite.ts'

let instance: Instance
const calls = '/catalog/datasets/port-calls'
const rowCount = 120

beforeAll(async () => {
  instance = await startInstance()
  await instance.load(callsDefinition, callRows(rowCount))
})
afterAll(() => instance?.close())

async function bytes(format: string, query = ''): Promise<Uint8Array> {
  const response = await instance.get(`${calls}/exports/${format}${query && `?${query}`}`)
  if (response.status !== 200) throw new Error(`${format}: ${response.status} ${await response.text()}`)
  return new Uint8Array(await response.arrayBuffer())
}
const text = async (format: string, query = '') =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(await bytes(format, query))
const records = async (query = ''): Promise<Record<string, unknown>[]> =>
  JSON.parse(await text('json', query))

describe('json', () => {
  it('says the same as the records, in every shape', async () => {
    const exported = await records()
    expect(exported).toHaveLength(rowCount)
    const pages = await Promise.all(
      [0, 100].map((offset) => instance.json(`${calls}/records?limit=100&offset=${offset}`)),
    )
    expect(exported).toEqual(pages.flatMap(({ results }) => results))
    const lines = (await text('jsonl')).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(exported)
    const paris = await records(
      'timezone=Europe/Paris&select=arrived_at,%60day%60&limit=3&order_by=arrived_at',
    )
    const page = await instance.json(
      `${calls}/records?timezone=Europe/Paris&select=arrived_at,%60day%60&limit=3&order_by=arrived_at`,
    )
    expect(paris).toEqual(page.results)
    const groups = await records('select=count(*)+as+n,avg(length_m)+as+mean&group_by=flag')
    expect(groups).toEqual(
      (await instance.json(`${calls}/records?select=count(*)+as+n,avg(length_m)+as+mean&group_by=flag`))
        .results,
    )
    expect(await records('where=crew>1000')).toEqual([])
    expect(await text('jsonl', 'where=crew>1000')).toBe('')
    expect(Object.keys((await records('use_labels=true&lang=en&limit=1'))[0]!)[0]).toBe('ship (en)')
    expect(await records('limit=7')).toHaveLength(7)
  })
})

describe('csv', () => {
  const read = (of: string, delimiter = ';') =>
    parseCsv(of, { delimiter, columns: true, bom: true }) as Record<string, string>[]

  it('has a mark, semicolons and quotes only where needed', async () => {
    const csv = await text('csv')
    expect(csv.startsWith('\ufeffship;flag;berth;length_m;')).toBe(true)
    const rows = read(csv)
    expect(rows).toHaveLength(rowCount)
    const exported = await records()
    expect(rows.map(({ ship }) => ship)).toEqual(exported.map(({ ship }) => ship ?? ''))
    expect(rows[3]).toMatchObject({
      ship: '=HYPERLINK("http://x","y")',
      length_m: '51.5',
      tanker: 'true',
      arrived_at: '2021-10-31T01:00:00.656000+00:00',
      position: expect.stringMatching(/^43\.23\d*, 4\.83\d*$/),
      cargo: 'grain,wine,oil',
      month: '2021-04',
    })
    expect(JSON.parse(rows[3]!.notes!)).toEqual({ eta: [3], text: 'a "b"\n' })
    expect(csv).toContain('\r\nSirocco;IT;')
    expect(csv).toContain('"L’Estaque; Séon"')
    expect(csv).toContain('"Mistral ""III"""')
  })

  it('follows its parameters', async () => {
    const csv = await text(
      'csv',
      'delimiter=,&list_separator=|&quote_all=true&with_bom=false&select=ship,cargo,crew,position&limit=4',
    )
    expect(csv.split('\r\n').slice(0, 3)).toEqual([
      '"ship","cargo","crew","position"',
      '"Étoile du Nord",,0,"43.2, 4.8"',
      '"Sirocco","grain",1,"43.21, 4.81"',
    ])
    expect(read(csv, ',')[3]!.cargo).toBe('grain|wine|oil')
    expect((await text('csv', 'delimiter=%09&limit=1')).split('\t').length).toBeGreaterThan(10)
    expect((await instance.get(`${calls}/exports/csv?delimiter=x`)).status).toBe(400)
    const packed = await instance.get(`${calls}/exports/csv?compressed=true`)
    expect(packed.headers.get('content-disposition')).toBe('attachment; filename="port-calls.csv.gzip"')
    expect(gunzipSync(new Uint8Array(await packed.arrayBuffer())).toString()).toBe(await text('csv'))
  })

  it('writes formulas as they are, and with safe=true as text', async () => {
    expect(await text('csv', 'select=ship&limit=4')).toContain('\r\n"=HYPERLINK')
    const safe = read(await text('csv', 'safe=true&select=ship,length_m*-1+as+n'))
    expect(safe[3]!.ship).toBe(`'=HYPERLINK("http://x","y")`)
    expect(safe[3]!.n).toBe('-51.5')
    expect(safe.map(({ ship }) => ship!.replace(/^'/, ''))).toEqual(
      (await records()).map(({ ship }) => ship ?? ''),
    )
  })
})

describe('parquet', () => {
  it.each(['snappy', 'zstd'])('keeps types and places (%s)', async (compression) => {
    const file = (await bytes('parquet', `parquet_compression=${compression}`)).buffer as ArrayBuffer
    const metadata = parquetMetadata(file)
    expect(metadata.num_rows).toBe(BigInt(rowCount))
    expect(metadata.row_groups[0]!.columns[0]!.meta_data!.codec).toBe(compression.toUpperCase())
    const geo = JSON.parse(metadata.key_value_metadata!.find(({ key }) => key === 'geo')!.value!)
    expect(geo).toMatchObject({
      version: '1.1.0',
      primary_column: 'position',
      columns: { hull: { encoding: 'WKB' } },
    })
    const rows = (await parquetReadObjects({ file, compressors, utf8: true })) as Record<string, unknown>[]
    expect(rows[1]).toMatchObject({
      ship: 'Sirocco',
      crew: 1n,
      length_m: 50.5,
      tanker: false,
      cargo: ['grain'],
      arrived_at: new Date('2021-10-30T23:00:00.656Z'),
      day: new Date('2021-10-02'),
    })
    expect(new Set(Object.values(rows.at(-1)!).map((value) => value ?? null))).toEqual(new Set([null]))
  })
})

describe('rdf', () => {
  it('says the same in Turtle and N3, as a reader finds', async () => {
    const turtle = await text('turtle')
    const quads = new Parser().parse(turtle)
    const property = quads.filter(({ predicate }) => predicate.value.endsWith('/fields/ship'))
    expect(property.map(({ object }) => object.value)).toEqual(
      (await records('where=ship+is+not+null')).map(({ ship }) => ship),
    )
    expect(new Set(quads.map(({ subject }) => subject.value)).size).toBe(rowCount)
    expect(await text('n3')).toBe(turtle)
    const ld = JSON.parse(await text('jsonld'))
    expect(ld['@graph']).toHaveLength(rowCount)
    expect((await text('rdfxml')).match(/<rdf:Description /g)).toHaveLength(rowCount)
  })
})

describe('xlsx', () => {
  it('has typed cells and no formula', async () => {
    const parts = unzipSync(await bytes('xlsx'))
    const sheet = new TextDecoder().decode(parts['xl/worksheets/sheet1.xml']!)
    expect(sheet.match(/<row /g)).toHaveLength(rowCount + 1)
    expect(sheet).not.toContain('<f>')
    expect(sheet).toContain('<c t="inlineStr"><is><t xml:space="preserve">=HYPERLINK(')
    expect(sheet).toContain('<c><v>50.5</v></c>')
    expect(sheet).toContain('<c t="b"><v>1</v></c>')
    expect(Object.keys(parts).sort()).toEqual([
      '[Content_Types].xml',
      '_rels/.rels',
      'xl/_rels/workbook.xml.rels',
      'xl/styles.xml',
      'xl/workbook.xml',
      'xl/worksheets/sheet1.xml',
    ])
  })
})

describe('other formats', () => {
  it('are points of interest, calendars and tiles', async () => {
    const ov2 = Buffer.from(await bytes('ov2'))
    let count = 0
    for (let at = 0; at < ov2.length; at += ov2.readUInt32LE(at + 1)) {
      expect(ov2[at]).toBe(2)
      count++
    }
    expect(count).toBe(rowCount - 1)
    const calendar = await text('ical')
    expect(calendar.match(/BEGIN:VEVENT\r\n/g)).toHaveLength(rowCount - 1)
    expect(Math.max(...calendar.split('\r\n').map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75)
    expect((await bytes('mvt', 'z=8&x=131&y=93')).length).toBeGreaterThan(100)
    expect((await instance.get(`${calls}/exports/mvt`)).status).toBe(400)
  })

  it('refuse what cannot be, before the first byte', async () => {
    for (const [path, status] of [
      ['geojson?select=ship', 400],
      ['ical?select=ship', 400],
      ['csv?where=nope=1', 400],
      ['csv?epsg=1', 400],
      ['nothing', 404],
    ] as const) {
      const response = await instance.get(`${calls}/exports/${path}`)
      expect([path, response.status]).toEqual([path, status])
      expect(((await response.json()) as { error_code: string }).error_code).toEqual(expect.any(String))
    }
  })

  it('are listed, and known to be unchanged', async () => {
    const { _links } = await instance.json(`${calls}/exports`)
    expect(_links.map(({ rel }: { rel: string }) => rel)).toContain('parquet')
    expect(_links).toHaveLength(17)
    const first = await instance.get(`${calls}/exports/csv`)
    await first.arrayBuffer()
    const again = await instance.get(`${calls}/exports/csv`, {
      headers: { 'if-none-match': first.headers.get('etag')! },
    })
    expect(again.status).toBe(304)
    const head = await instance.get(`${calls}/exports/csv`, { method: 'HEAD' })
    expect(head.headers.get('content-disposition')).toContain('port-calls.csv')
  })
})
