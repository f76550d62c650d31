import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LoadsFixture, openLoads, zipOf } from './loads.suite.ts'

let fixture: LoadsFixture
const good = 'id,name,length_m\n1,Arenc,320\n2,Joliette,280\n3,Madrague,190\n'
const goodRows = [
  { id: 1, name: 'Arenc', length_m: 320 },
  { id: 2, name: 'Joliette', length_m: 280 },
  { id: 3, name: 'Madrague', length_m: 190 },
]

beforeAll(async () => {
  fixture = await openLoads({
    limits: { unpackedBytes: 40 * 1024 ** 2, ratioFreeBytes: 1024 ** 2, archiveEntries: 50 },
  })
  expect(await fixture.load('quays', good)).toMatchObject({ state: 'published', version: 1 })
})
afterAll(() => fixture.close())

describe('a file that is no table is refused by name and leaves the version before serving', () => {
  const dtd = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY e SYSTEM "file:///etc/passwd">]><kml>&e;</kml>'
  const deep = `[${'['.repeat(200)}${']'.repeat(200)}]`
  const parquetStart = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(400, 7)])
  const overlapping = zipOf([
    { name: 'a.csv', content: good.repeat(50) },
    { name: 'b.csv', content: good.repeat(50) },
  ])
  overlapping.writeUInt32LE(0, overlapping.indexOf('b.csv', overlapping.length - 80) - 46 + 42)
  const cases: [what: string, content: string | Buffer, code: string, says: RegExp][] = [
    ['0 byte', '', 'empty_file', /0 bytes/],
    ['blanks only', ' \n \n', 'empty_file', /blanks/],
    [
      'an HTML error page',
      '<!DOCTYPE html><html><body>502 Bad Gateway</body></html>',
      'html_page',
      /web page/,
    ],
    ['an HTML page without doctype', '\n<html lang="fr"><head></head></html>', 'html_page', /web page/],
    ['a PDF', '%PDF-1.7\n…', 'pdf', /PDF/],
    ['an image', Buffer.from('89504e470d0a1a0a', 'hex'), 'image', /PNG/],
    ['an old Excel file', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'old_office', /\.xls/],
    [
      'a Git LFS pointer',
      'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3\n',
      'lfs_pointer',
      /LFS/,
    ],
    ['a Git conflict', 'a,b\n<<<<<<< HEAD\n1,2\n=======\n1,3\n>>>>>>> main\n', 'git_conflict', /conflict/],
    ['unknown bytes', Buffer.from([7, 0, 1, 0, 0, 0, 200, 3, 0, 9]), 'binary_unknown', /binary/],
    ['XML with a DOCTYPE', dtd, 'xml_dtd_refused', /DOCTYPE/],
    ['XML of another kind', '<?xml version="1.0"?><catalog><a/></catalog>', 'xml_unknown', /<catalog>/],
    ['a truncated Parquet file', parquetStart, 'file_damaged', /Parquet.*cut short/],
    ['a truncated JSON file', '[{"a":1},{"a":2', 'file_damaged', /ends in the middle/],
    ['JSON that is none', '[{"a":1},{"a":nope}]', 'json_invalid', /Element 2/],
    ['deep JSON', deep, 'json_depth', /64 levels/],
    ['an empty JSON list', '[]', 'no_rows', /nothing to load/],
    ['a header only', 'id,name,length_m\n', 'no_rows', /no row/],
    [
      'a zip in a zip',
      zipOf([{ name: 'in.zip', content: zipOf([{ name: 'a.csv', content: good }]) }]),
      'nested_archive',
      /another archive/,
    ],
    ['a gzip in a gzip', gzipSync(gzipSync(good)), 'nested_archive', /another archive/],
    [
      'a zip of two tables',
      zipOf([
        { name: 'a.csv', content: good },
        { name: 'b.csv', content: good },
      ]),
      'archive_ambiguous',
      /“a\.csv”/,
    ],
    ['overlapping entries', overlapping, 'archive_limit', /overlap/],
    [
      'too many entries',
      zipOf(Array.from({ length: 60 }, (_, i) => ({ name: `${i}.csv`, content: good }))),
      'archive_limit',
      /60 entries/,
    ],
    [
      'a zip bomb',
      zipOf([{ name: 'a.csv', content: Buffer.alloc(20 * 1024 ** 2, 'a') }]),
      'archive_limit',
      /times its size/,
    ],
    ['a gzip bomb', gzipSync(Buffer.alloc(20 * 1024 ** 2, 'a')), 'archive_limit', /times its size/],
    [
      'a large gzip',
      gzipSync(Buffer.alloc(50 * 1024 ** 2, good + Math.random())),
      'archive_limit',
      /times its size|more than 40 MB/,
    ],
    ['a cut gzip', gzipSync(good.repeat(1000)).subarray(0, 60), 'file_damaged', /gzip.*cut short/],
    ['a cut zip', zipOf([{ name: 'a.csv', content: good }]).subarray(0, 70), 'file_damaged', /zip/],
    [
      '5,001 columns',
      `${Array.from({ length: 5001 }, (_, i) => `c${i}`).join(',')}\n${'1,'.repeat(5000)}1\n`,
      'load_limit',
      /5001 columns/,
    ],
  ]

  test.each(cases)('%s', async (_, content, code, says) => {
    const view = await fixture.load('quays', content)
    expect(view).toMatchObject({
      state: 'failed',
      version: null,
      error: { code, title: expect.stringMatching(says) },
    })
    expect(view.error?.help).toMatch(/\w/)
    expect(await fixture.rows('quays')).toEqual(goodRows)
  })

  test('a first load that fails leaves no dataset behind', async () => {
    expect((await fixture.load('nothing', '<html></html>')).state).toBe('failed')
    expect(fixture.datasets.list().map(({ id }) => id)).not.toContain('nothing')
  })
})

describe('a file with faults says where they are', () => {
  test('a wrong type in row 900,001 is one reject with its line, and the type stays', async () => {
    const lines = ['id,count']
    for (let i = 1; i <= 900_100; i++) lines.push(`${i},${i === 900_001 ? 'twelve' : i % 977}`)
    const view = await fixture.load('late-fault', lines.join('\n'))
    expect(view).toMatchObject({
      state: 'published',
      result: {
        rowCount: 900_099,
        rejectedCount: 1,
        rules: [{ column: 'count', rule: 'type', count: 1, firstLine: 900_002, example: 'twelve' }],
      },
    })
    expect(fixture.datasets.get('late-fault').fields.map(({ type }) => type)).toEqual(['integer', 'integer'])
  })

  test('mixed encodings are read line by line, and said', async () => {
    const utf8 = Buffer.from('id,nom\n1,Étang\n2,Môle\n3,Fos-sur-Mer\n4,Bouée\n5,Vallée\n')
    const western = Buffer.from('6,Calanque privée\n', 'latin1')
    const view = await fixture.load('mixed', Buffer.concat([utf8, western]))
    expect(view.state).toBe('published')
    expect((await fixture.loads.preview('mixed', view.id)).plan.notes.join(' ')).toMatch(
      /mixes encodings: 1 line .*7/,
    )
    expect((await fixture.rows('mixed')).map(({ nom }) => nom)).toEqual([
      'Étang',
      'Môle',
      'Fos-sur-Mer',
      'Bouée',
      'Vallée',
      'Calanque privée',
    ])
  })

  test('Windows-1252 and UTF-16 are read and said', async () => {
    const western = await fixture.load(
      'western',
      Buffer.from('id;nom\n1;Côte Bleue – «\n'.replace('–', '\u0096'), 'latin1'),
    )
    expect((await fixture.loads.preview('western', western.id)).plan.notes.join(' ')).toMatch(/Windows-1252/)
    expect(await fixture.rows('western')).toEqual([{ id: 1, nom: 'Côte Bleue – «' }])
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('id\tnom\n1\tL’Estaque\n', 'utf16le')])
    expect((await fixture.load('wide', wide)).state).toBe('published')
    expect(await fixture.rows('wide')).toEqual([{ id: 1, nom: 'L’Estaque' }])
  })

  test('absurd and duplicate headers become legal, unique names; what was written stays as label', async () => {
    const long = 'x'.repeat(300)
    const view = await fixture.load(
      'absurd',
      `"Nom du quai (m²) !",nom,nom,,"=HYPERLINK(""http://x"")",${long},\u202eabc,1er,__proto__,select\n` +
        `a,b,c,d,e,f,g,h,i,j\nk,l,m,n,o,p,q,r,s,t\n`,
    )
    expect(view.state).toBe('published')
    const { fields } = fixture.datasets.get('absurd')
    const names = fields.map(({ name }) => name)
    expect(new Set(names).size).toBe(10)
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]{0,63}$/)
    expect(names.slice(0, 4)).toEqual(['nom_du_quai_m2', 'nom', 'nom_2', 'column_4'])
    expect(fields[0]!.label.fr).toBe('Nom du quai (m²) !')
    expect(fields[4]!.label.fr).toBe('=HYPERLINK("http://x")')
  })

  test('5,000 columns are loaded', async () => {
    const header = Array.from({ length: 5000 }, (_, i) => `c${i}`).join(',')
    const view = await fixture.load(
      'wide-table',
      `${header}\n${Array(5000).fill('1').join(',')}\n${Array(5000).fill('2').join(',')}\n`,
    )
    expect(view).toMatchObject({ state: 'published', result: { rowCount: 2 } })
    expect(fixture.datasets.get('wide-table').fields).toHaveLength(5000)
  }, 60_000)

  test('NaN, infinities and numbers beyond a double are rejected as not finite', async () => {
    const values = Array.from({ length: 900 }, (_, i) => `${i},${i / 8}`)
    const view = await fixture.load(
      'infinite',
      `id,v\n${values.join('\n')}\n900,NaN\n901,-inf\n902,1e999\n903,1.5\n`,
    )
    expect(view.result).toMatchObject({
      rowCount: 901,
      rejectedCount: 3,
      rules: [{ column: 'v', rule: 'not-finite', count: 3, firstLine: 902, example: 'NaN' }],
    })
  })

  test('formulas are text and come back as they were', async () => {
    const cells = ['=HYPERLINK("http://x";"y")', "+1+cmd|' /C calc'!A0", '@SUM(1)', '-2+3']
    const quoted = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`)
    await fixture.load('formulas', `id,note\n${quoted.map((cell, i) => `${i},${cell}`).join('\n')}\n`)
    expect((await fixture.rows('formulas')).map(({ note }) => note)).toEqual(cells)
  })

  test('records with too many or too few cells and stray quotes are rejected one by one', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `${i},quay ${i}`)
    rows[50] = '50,"quay" 50'
    rows[120] = '120,quay,more'
    rows[200] = '200'
    const view = await fixture.load('ragged', `id,name\n${rows.join('\n')}\n`)
    expect(view.result).toMatchObject({ rowCount: 297, rejectedCount: 3 })
    expect(view.result!.rules.map(({ rule, firstLine }) => [rule, firstLine])).toEqual([
      ['stray-quote', 52],
      ['too-many-cells', 122],
      ['too-few-cells', 202],
    ])
  })

  test('a quote that is never closed costs its own line and is named by it', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `${i},quay ${i}`)
    rows[100] = '100,"quay 100'
    const view = await fixture.load('open-quote', `id,name\n${rows.join('\n')}\n`)
    expect(view.result).toMatchObject({
      rowCount: 299,
      rejectedCount: 1,
      rules: [{ rule: 'unbalanced-quote', firstLine: 102 }],
    })
  })

  test('too many rejects hold the version for a person', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => `${i},${i}`)
    await fixture.load('held', `id,v\n${rows.join('\n')}\n`)
    for (let i = 10; i < 15; i++) rows[i] = `${i},many`
    const view = await fixture.load('held', `id,v\n${rows.join('\n')}\n`)
    expect(view).toMatchObject({
      state: 'held',
      version: null,
      holds: [expect.stringMatching(/5 of 100 rows were rejected/)],
    })
    expect(await fixture.rows('held')).toHaveLength(100)
    await fixture.loads.accept('held', view.id)
    expect(await fixture.loads.settled('held', view.id)).toMatchObject({ state: 'published', version: 2 })
    expect(await fixture.rows('held')).toHaveLength(95)
  })

  test('a table that lost rows or a column holds the version for a person', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => `${i},${i},a`)
    await fixture.load('shrunk', `id,v,note\n${rows.join('\n')}\n`)
    expect(await fixture.load('shrunk', `id,v,note\n${rows.slice(0, 60).join('\n')}\n`)).toMatchObject({
      state: 'held',
      holds: [expect.stringMatching(/60 rows.*had 100/)],
    })
    const narrow = rows.map((row) => row.slice(0, -2))
    expect(await fixture.load('shrunk', `id,v\n${narrow.join('\n')}\n`)).toMatchObject({
      state: 'held',
      holds: [expect.stringMatching(/missing: note/)],
    })
    expect(await fixture.rows('shrunk')).toHaveLength(100)
  })
})
