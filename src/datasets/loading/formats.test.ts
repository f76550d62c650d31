import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { init as initZstd, compress as zstd } from '@bokuweb/zstd-wasm'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LoadsFixture, openLoads, type ZipPart, zipOf } from './loads.suite.ts'

let fixture: LoadsFixture
let folder: string
beforeAll(async () => {
  fixture = await openLoads()
  folder = mkdtempSync(join(tmpdir(), 'lacydon-formats-'))
})
afterAll(async () => {
  await fixture.close()
  rmSync(folder, { recursive: true, force: true })
})

const typesOf = (id: string) =>
  Object.fromEntries(fixture.datasets.get(id).fields.map(({ name, type }) => [name, type]))

async function published(id: string, content: string | Uint8Array, options = {}) {
  const view = await fixture.load(id, content, options)
  expect(view).toMatchObject({ state: 'published', error: null })
  return fixture.rows(id)
}

describe('JSON', () => {
  test('a list of objects, inner objects as columns, lists as JSON', async () => {
    const rows = await published(
      'json',
      JSON.stringify([
        { id: 1, name: 'Arenc', size: { length_m: 320.5 }, tags: ['a', 'b'], since: '2026-01-31' },
        { id: 2, name: 'Joliette', extra: true, size: { length_m: 280 } },
      ]),
    )
    expect(rows).toEqual([
      { id: 1, name: 'Arenc', size_length_m: 320.5, tags: '["a","b"]', since: '2026-01-31', extra: null },
      { id: 2, name: 'Joliette', size_length_m: 280, tags: null, since: null, extra: true },
    ])
    expect(typesOf('json')).toMatchObject({
      tags: 'json',
      since: 'date',
      extra: 'boolean',
      size_length_m: 'double',
    })
  })

  test('texts of digits stay texts; hostile names harm nothing', async () => {
    const rows = await published(
      'json-hostile',
      '[{"code":"12","__proto__":{"role":"admin"},"n":1e400},{"code":"13","n":2}]',
    )
    expect(rows[0]).toMatchObject({ code: '12', proto_role: 'admin' })
    expect(({} as { role?: string }).role).toBeUndefined()
  })

  test('rows under the usual names of services, and further inside', async () => {
    expect(await published('json-results', '{"total_count":2,"results":[{"a":1},{"a":2}]}')).toEqual([
      { a: 1 },
      { a: 2 },
    ])
    expect(await published('json-inside', '{"response":{"docs":[{"a":1},{"a":2}]}}')).toEqual([
      { a: 1 },
      { a: 2 },
    ])
    expect(await published('json-one', '{"a":1,"b":"x"}')).toEqual([{ a: 1, b: 'x' }])
  })

  test('JSON lines', async () => {
    expect(await published('lines', '{"a":1,"b":"x"}\n{"a":2}\n\n{"c":true}')).toEqual([
      { a: 1, b: 'x', c: null },
      { a: 2, b: null, c: null },
      { a: null, b: null, c: true },
    ])
  })

  test('GeoJSON points, shapes, and a stated system', async () => {
    const feature = (geometry: object | null, properties: object) => ({
      type: 'Feature',
      geometry,
      properties,
    })
    const points = {
      type: 'FeatureCollection',
      features: [
        feature({ type: 'Point', coordinates: [5.4, 43.3, 12] }, { name: 'A' }),
        feature(null, { name: 'B' }),
      ],
    }
    expect(await published('points', JSON.stringify(points))).toEqual([
      { name: 'A', geometry_lon: 5.4, geometry_lat: 43.3 },
      { name: 'B', geometry_lon: null, geometry_lat: null },
    ])
    const lambert = {
      type: 'FeatureCollection',
      crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::2154' } },
      features: [
        feature(
          {
            type: 'LineString',
            coordinates: [
              [892390, 6247035],
              [893390, 6247035],
            ],
          },
          {},
        ),
      ],
    }
    const [line] = await published('lambert', JSON.stringify(lambert))
    expect(line!.geometry_west).toBeCloseTo(5.3698, 4)
    expect(line!.geometry_south).toBeCloseTo(43.2962, 4)
    expect(JSON.parse(String(line!.geometry)).type).toBe('LineString')
  })
})

test('gzip and zip around one file are opened', async () => {
  const csv = 'id,name\n1,Arenc\n'
  expect(await published('in-gzip', gzipSync(csv))).toEqual([{ id: 1, name: 'Arenc' }])
  const zip = zipOf([
    { name: '../../etc/readme.txt', content: 'hello' },
    { name: '__MACOSX/._x.csv', content: 'x' },
    { name: 'C:\\quays.csv', content: csv },
  ])
  expect(await published('in-zip', zip)).toEqual([{ id: 1, name: 'Arenc' }])
})

describe('Zstandard', () => {
  const csv = `id,name\n${Array.from({ length: 20_000 }, (_, i) => `${i},Quai ${i % 97}`).join('\n')}\n`

  test('files of one frame, of several and with something to skip between are opened', async () => {
    await initZstd()
    const half = csv.indexOf('\n', csv.length / 2) + 1
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
    const frames = [csv.slice(0, half), csv.slice(half)].map((part) => zstd(Buffer.from(part), 19))
    const several = Buffer.concat([frames[0]!, skipped, frames[1]!])
    for (const [id, packed] of [
      ['zst-one', zstd(Buffer.from(csv), 3)],
      ['zst-several', several],
    ] as const) {
      const rows = await published(id, packed)
      expect(rows).toHaveLength(20_000)
      expect(rows.at(-1)).toEqual({ id: 19_999, name: 'Quai 17' })
    }
  })

  test('what is cut short, needs too much or holds an archive is refused', async () => {
    await initZstd()
    const packed = Buffer.from(zstd(Buffer.from(csv), 3))
    const wide = Buffer.concat([packed.subarray(0, 4), Buffer.from([0, 17 << 3, 1, 0, 0])])
    const dictionary = Buffer.concat([packed.subarray(0, 4), Buffer.from([1, 0, 7, 1, 0, 0])])
    for (const [content, code, says] of [
      [packed.subarray(0, packed.length - 5), 'file_damaged', /cut short/],
      [packed.subarray(0, 6), 'file_damaged', /cut short/],
      [Buffer.concat([packed, Buffer.from('more')]), 'file_damaged', /cut short/],
      [wide, 'packed', /larger than 8 MB/],
      [dictionary, 'packed', /dictionary/],
      [zstd(gzipSync(csv), 3), 'nested_archive', /another archive/],
      [zstd(Buffer.alloc(30 * 1024 ** 2, 'a'), 3), 'archive_limit', /times its size/],
    ] as const) {
      const { error } = await fixture.load('zst-bad', content)
      expect(error).toMatchObject({ code, title: expect.stringMatching(says) })
    }
  })

  test.skipIf(spawnSync('zstd', ['--version']).status !== 0)('what the zstd program writes', async () => {
    const { stdout } = spawnSync('zstd', ['-c', '-7', '--check'], { input: csv })
    expect(await published('zst-program', stdout)).toHaveLength(20_000)
  })
})

describe('ODS', () => {
  const workbook = (tables: string, styles = ''): ZipPart[] => [
    { name: 'mimetype', content: 'application/vnd.oasis.opendocument.spreadsheet' },
    {
      name: 'content.xml',
      content: `<?xml version="1.0" encoding="UTF-8"?><office:document-content><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:spreadsheet>${tables}</office:spreadsheet></office:body></office:document-content>`,
    },
  ]
  const cell = (text: string) =>
    `<table:table-cell office:value-type="string"><text:p>${text}</text:p></table:table-cell>`

  test('values as kept, repeated and merged cells, comments aside, hidden sheets passed over', async () => {
    const hidden =
      '<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>'
    const head = `<table:table-row>${['nom', 'vu le', 'à', 'longueur', 'ouvert', 'part', 'note'].map(cell).join('')}<table:table-cell table:number-columns-repeated="16377"/></table:table-row>`
    const row = `<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string"><office:annotation><text:p>une remarque</text:p></office:annotation><text:p>Arenc<text:s text:c="2"/><text:span>&amp;</text:span> Cie</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2026-03-15"><text:p>15/03/26</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2026-03-15T08:30:00"><text:p>8 h 30</text:p></table:table-cell><table:table-cell table:formula="of:=SUM([.A1:.A9])" office:value-type="float" office:value="320.5"><text:p>320,50 m</text:p></table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>VRAI</text:p></table:table-cell><table:table-cell office:value-type="percentage" office:value="0.25"><text:p>25 %</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>un</text:p><text:p>deux</text:p></table:table-cell></table:table-row>`
    const gap = `<table:table-row><table:covered-table-cell/>${'<table:table-cell table:number-columns-repeated="2"/>'}<table:table-cell office:value-type="float" office:value="7"/></table:table-row>`
    const emptiness =
      '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    const tables = `<table:table table:name="Caché" table:style-name="h"><table:table-row>${cell('x')}</table:table-row></table:table><table:table table:name="Vide"/><table:table table:name="Quais">${head}${row}${gap}${emptiness}</table:table>`
    const rows = await published('ods', zipOf(workbook(tables, hidden)))
    const full = {
      nom: 'Arenc  & Cie',
      vu_le: '2026-03-15',
      a: '2026-03-15T08:30:00.000Z',
      longueur: 320.5,
      ouvert: true,
      part: 0.25,
      note: 'un\ndeux',
    }
    const none = { nom: null, vu_le: null, a: null, longueur: 7, ouvert: null, part: null, note: null }
    expect(rows).toEqual([full, full, none])
    const { plan } = await fixture.loads.preview('ods', (await fixture.loads.list('ods'))[0]!.id)
    expect(plan).toMatchObject({ format: 'ods', layer: 'Quais', layers: ['Vide', 'Quais'] })
    expect(plan.notes.join(' ')).toMatch(/1 cells are formulas/)
  })

  test('bombs of repetition, document types, locked workbooks and texts are refused', async () => {
    const full = `<table:table table:name="a"><table:table-row table:number-rows-repeated="2000000000">${cell('x')}</table:table-row></table:table>`
    const wide =
      '<table:table table:name="a"><table:table-row><table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="99999"/></table:table-row></table:table>'
    const locked = [
      ...workbook(''),
      {
        name: 'META-INF/manifest.xml',
        content:
          '<m:manifest><m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>',
      },
    ]
    const text = workbook('').map((part) =>
      part.name === 'mimetype' ? { ...part, content: 'application/vnd.oasis.opendocument.text' } : part,
    )
    const dtd = workbook('').map((part) =>
      part.name === 'content.xml' ? { ...part, content: '<!DOCTYPE a [<!ENTITY e "x">]><a/>' } : part,
    )
    for (const [parts, code] of [
      [workbook(full), 'load_limit'],
      [workbook(wide), 'load_limit'],
      [workbook('<table:table table:name="a"/>'), 'no_rows'],
      [locked, 'file_damaged'],
      [text, 'open_document'],
      [dtd, 'xml_dtd_refused'],
    ] as const)
      expect((await fixture.load('ods-bad', zipOf(parts))).error, code).toMatchObject({ code })
    const { error } = await fixture.load('ods-layer', zipOf(workbook(full)), { layer: 'b' })
    expect(error?.code).toBe('no_layer')
  })
})

describe('XLSX', () => {
  const workbook = (sheet: string, shared: string[] = []): ZipPart[] => [
    { name: '[Content_Types].xml', content: '<Types/>' },
    {
      name: 'xl/workbook.xml',
      content:
        '<workbook xmlns:r="r"><sheets><sheet name="Notes" sheetId="1" state="hidden" r:id="r2"/><sheet name="Quais" sheetId="2" r:id="r1"/></sheets></workbook>',
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content:
        '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="worksheets/sheet2.xml"/></Relationships>',
    },
    {
      name: 'xl/styles.xml',
      content:
        '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm"/><numFmt numFmtId="165" formatCode="0.00&quot; days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>',
    },
    {
      name: 'xl/sharedStrings.xml',
      content: `<sst>${shared.map((text) => `<si><r><t>${text}</t></r></si>`).join('')}</sst>`,
    },
    { name: 'xl/worksheets/sheet1.xml', content: `<worksheet><sheetData>${sheet}</sheetData></worksheet>` },
    {
      name: 'xl/worksheets/sheet2.xml',
      content:
        '<worksheet><sheetData><row><c t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>',
    },
  ]

  test('shared texts, dates by style, kept values of formulas, gaps, booleans and errors', async () => {
    const head =
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>vu le</t></is></c><c r="D1" t="s"><v>2</v></c><c r="E1" t="str"><v>ok</v></c><c r="F1" t="str"><v>durée</v></c></row>'
    const one =
      '<row r="3"><c r="A3" t="s"><v>3</v></c><c r="B3" s="1"><v>45000</v></c><c r="C3" s="2"><v>45000.5</v></c><c r="D3"><f>SUM(A1:A9)</f><v>12.5</v></c><c r="E3" t="b"><v>1</v></c><c r="F3" s="3"><v>2.5</v></c></row>'
    const two =
      '<row r="4"><c r="A4" t="s"><v>4</v></c><c r="D4" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="E4" t="b"><v>0</v></c></row>'
    const rows = await published(
      'sheet',
      zipOf(workbook(head + one + two, ['nom', 'date', 'valeur', 'Arenc &amp; Cie', ' Fos '])),
    )
    expect(rows).toEqual([
      {
        nom: 'Arenc & Cie',
        date: '2023-03-15',
        vu_le: '2023-03-15T12:00:00.000Z',
        valeur: 12.5,
        ok: true,
        duree: 2.5,
      },
      { nom: ' Fos ', date: null, vu_le: null, valeur: null, ok: false, duree: null },
    ])
    const { plan } = await fixture.loads.preview('sheet', (await fixture.loads.list('sheet'))[0]!.id)
    expect(plan.notes.join(' ')).toMatch(/2 cells are formulas/)
    expect(plan.layer).toBe('Quais')
  })

  test('a DOCTYPE in a part, a sheet wider than allowed, and texts that are not there are refused', async () => {
    const dtd = workbook('').map((part) =>
      part.name.endsWith('sheet1.xml')
        ? { ...part, content: '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>' }
        : part,
    )
    expect((await fixture.load('sheet-dtd', zipOf(dtd))).error?.code).toBe('xml_dtd_refused')
    const wide = workbook('<row><c r="XFD1"><v>1</v></c></row>')
    expect((await fixture.load('sheet-wide', zipOf(wide))).error?.code).toBe('load_limit')
    const missing = workbook('<row><c r="A1" t="s"><v>7</v></c></row>')
    expect((await fixture.load('sheet-missing', zipOf(missing))).error?.code).toBe('file_damaged')
  })
})

describe('Parquet and Arrow', () => {
  test('Parquet is typed by the file and read by the engine; its texts are looked into', async () => {
    const path = join(folder, 'rows.parquet')
    const db = await (await DuckDBInstance.create()).connect()
    await db.run(`COPY (SELECT i::INTEGER AS "N°", i * 1000000000::BIGINT AS big, i / 4.0::DOUBLE AS half, 'quay ' || i AS name,
      DATE '2026-01-01' + i::INTEGER AS day, TIMESTAMP '2026-01-01 08:00:00' AS at, i % 2 = 0 AS open
      FROM range(3) t(i)) TO '${path}' (FORMAT parquet)`)
    db.closeSync()
    const view = await fixture.load('parquet', readFileSync(path))
    expect(view).toMatchObject({ state: 'published', result: { rowCount: 3, reader: 'engine' } })
    expect(typesOf('parquet')).toMatchObject({
      big: 'bigint',
      half: 'double',
      name: 'text',
      day: 'date',
      at: 'timestamp',
      open: 'boolean',
    })
    expect((await fixture.rows('parquet'))[1]).toEqual({
      numero: 1,
      big: 1_000_000_000,
      half: 0.25,
      name: 'quay 1',
      day: '2026-01-02',
      at: '2026-01-01T08:00:00.000Z',
      open: false,
    })
    const cut = readFileSync(path).subarray(0, -200)
    expect((await fixture.load('parquet', cut)).error).toMatchObject({ code: 'file_damaged' })
    expect(await fixture.rows('parquet')).toHaveLength(3)
  })

  test('Arrow streams and files', async () => {
    const table = tableFromArrays({
      id: Int32Array.of(1, 2),
      depth: Float64Array.of(1.5, 2.25),
      name: ['Arenc', 'Fos'],
    })
    for (const form of ['stream', 'file'] as const)
      expect(await published(`arrow-${form}`, tableToIPC(table, form))).toEqual([
        { id: 1, depth: 1.5, name: 'Arenc' },
        { id: 2, depth: 2.25, name: 'Fos' },
      ])
  })
})
