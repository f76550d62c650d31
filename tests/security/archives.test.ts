/** A5 and the archives of A6: what unpacks to more than it may, and names that lead elsewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { brotliCompressSync, deflateRawSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoadsFixture, openLoads, zipOf } from '../../src/datasets/loading/loads.suite.ts'

const mega = 1024 ** 2
const limits = { unpackedBytes: 8 * mega, ratio: 100, ratioFreeBytes: mega / 4, archiveEntries: 40 }
let fixture: LoadsFixture
beforeAll(async () => {
  fixture = await openLoads({ limits })
})
afterAll(() => fixture.close())

const good = 'id,name\n1,Arenc\n2,Joliette\n'
/** Packs to little and less than the ratio, so that only the sum stops it. */
const dense = (bytes: number) =>
  Buffer.from(
    `id,name\n${Array.from({ length: bytes / 24 }, (_, i) => `${i},${(i * 2_654_435_761) % 4_294_967_296}`).join('\n')}`,
  )

/** A zip whose directory says of its only entry what one likes. */
function lying(declared: { unpacked?: number; packed?: number; method?: number }, content: Buffer): Buffer {
  const zip = zipOf([{ name: 'a.csv', content }])
  const at = zip.lastIndexOf(Buffer.from('a.csv')) - 46
  if (declared.unpacked !== undefined) zip.writeUInt32LE(declared.unpacked, at + 24)
  if (declared.packed !== undefined) zip.writeUInt32LE(declared.packed, at + 20)
  if (declared.method !== undefined) zip.writeUInt16LE(declared.method, at + 10)
  return zip
}

const spread = (cells: string, name = 'sheet1') =>
  zipOf([
    {
      name: 'xl/workbook.xml',
      content: '<workbook><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships><Relationship Id="r1" Target="worksheets/${name}.xml"/></Relationships>`,
    },
    { name: `xl/worksheets/${name}.xml`, content: `<worksheet>${cells}</worksheet>` },
  ])

const zipped = (content: Buffer) => zipOf([{ name: 'a.csv', content }])

describe('A5: an archive', () => {
  const nested = Array.from({ length: 5 }).reduce<Buffer>(
    (inner) => zipOf([{ name: 'in.zip', content: inner }]),
    zipOf([{ name: 'a.csv', content: good }]),
  )
  const overlapping = zipOf([
    { name: 'a.csv', content: good.repeat(50) },
    { name: 'b.csv', content: good.repeat(50) },
  ])
  overlapping.writeUInt32LE(0, overlapping.indexOf('b.csv', overlapping.length - 80) - 46 + 42)
  const cases: [what: string, content: Buffer, codes: string[]][] = [
    ['of a thousand to one', zipped(Buffer.alloc(4 * mega, 'a')), ['archive_limit']],
    ['as gzip of a thousand to one', gzipSync(Buffer.alloc(4 * mega, 'a')), ['archive_limit']],
    ['that unpacks to more than there may be', zipped(dense(20 * mega)), ['archive_limit']],
    ['that says 10 bytes and holds many', lying({ unpacked: 10 }, dense(20 * mega)), ['archive_limit']],
    [
      'that says it holds 4 GB',
      lying({ unpacked: 0xfffffffe }, Buffer.alloc(4 * mega, 'a')),
      ['archive_limit'],
    ],
    ['whose packed length runs over its end', lying({ packed: 0x7fffffff }, dense(mega)), ['file_damaged']],
    ['packed by a method nobody knows', lying({ method: 99 }, dense(mega)), ['file_damaged']],
    ['in an archive, five times', nested, ['nested_archive']],
    ['with entries that share bytes', overlapping, ['archive_limit']],
    [
      'of many empty entries',
      zipOf(Array.from({ length: 5_000 }, (_, i) => ({ name: `${i}`, content: '' }))),
      ['archive_limit'],
    ],
    [
      'as brotli, which nobody asked for',
      brotliCompressSync(Buffer.alloc(4 * mega, 'a')),
      ['binary_unknown', 'file_damaged', 'no_rows', 'empty_file', 'text_unknown'],
    ],
    [
      'as a workbook with one cell at its far corner',
      spread(
        '<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
      ),
      ['load_limit', 'no_rows', 'archive_limit', 'file_damaged'],
    ],
    [
      'as a workbook of too many columns',
      spread(
        `<sheetData><row r="1">${Array.from({ length: 6_000 }, () => '<c t="inlineStr"><is><t>a</t></is></c>').join('')}</row></sheetData>`,
      ),
      ['load_limit'],
    ],
    [
      'as a workbook whose sheet is a bomb',
      spread(`<sheetData>${' '.repeat(6 * mega)}</sheetData>`),
      ['archive_limit'],
    ],
    [
      'as Parquet whose footer is longer than it',
      Buffer.concat([
        Buffer.from('PAR1'),
        Buffer.alloc(64),
        Buffer.from([0xff, 0xff, 0xff, 0x7f]),
        Buffer.from('PAR1'),
      ]),
      ['file_damaged'],
    ],
    ['cut in the middle of a deflate block', zipped(dense(mega)).subarray(0, 2_000), ['file_damaged']],
  ]

  it.each(cases)('%s is stopped', async (_, content, codes) => {
    const view = await fixture.load('attacked', content)
    expect(view).toMatchObject({ state: 'failed', version: null })
    expect(codes).toContain(view.error?.code)
    expect(unpackedFiles()).toEqual([])
  })

  it('that stays below every limit is read', async () => {
    expect((await fixture.load('dense', zipped(dense(2 * mega)))).state).toBe('published')
    expect((await fixture.load('dense', gzipSync(dense(2 * mega)))).state).toBe('published')
    expect(deflateRawSync(dense(2 * mega)).length * limits.ratio).toBeGreaterThan(2 * mega)
  })
})

describe('A6: a name in an archive', () => {
  const names = [
    '../../../../tmp/lacydon-escaped.csv',
    '/tmp/lacydon-escaped.csv',
    '/etc/cron.d/lacydon-escaped.csv',
    'C:\\lacydon-escaped.csv',
    '..\\..\\lacydon-escaped.csv',
    'ok.csv\0.sh',
    'CON.csv',
    '\u202evsc.exe',
    `${'n'.repeat(300)}.csv`,
    '-rf.csv',
    '$(touch x).csv',
  ]
  it.each(names)('is text only: %j', async (name) => {
    const view = await fixture.load('named', zipOf([{ name, content: good }]), {
      fileName: name.slice(0, 300),
    })
    expect(view.state).toBe('published')
    expect(existsSync('/tmp/lacydon-escaped.csv')).toBe(false)
    expect(existsSync('/etc/cron.d/lacydon-escaped.csv')).toBe(false)
    const ours = readdirSync(fixture.folder, { recursive: true }) as string[]
    expect(ours.filter((path) => /escaped|vsc|CON|nnnn|-rf|touch/.test(path))).toEqual([])
  })

  it('that is a link is not followed', async () => {
    const zip = zipOf([{ name: 'a.csv', content: '/etc/passwd' }])
    const at = zip.lastIndexOf(Buffer.from('a.csv')) - 46
    zip.writeUInt8(3, at + 5)
    zip.writeUInt32LE((0o120777 << 16) >>> 0, at + 38)
    const view = await fixture.load('linked', zip)
    expect(view).toMatchObject({ state: 'failed', error: { code: 'archive_empty' } })
  })

  it('leaves loads going on', async () => {
    expect((await fixture.load('after', good)).state).toBe('published')
    expect(readFileSync('/etc/hostname', 'utf8')).not.toContain('Arenc')
  })
})

/** What was unpacked and is still there. */
function unpackedFiles(): string[] {
  const all = readdirSync(fixture.folder, { recursive: true }) as string[]
  return all.filter((path) => /\/(unpacked|utf8|table\.csv)/.test(path))
}
