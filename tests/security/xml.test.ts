/** A4: XML in every format that is read: no document type, no entity, nothing fetched, no memory eaten. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoadsFixture, openLoads, zipOf } from '../../src/datasets/loading/loads.suite.ts'

let fixture: LoadsFixture
let canary: Server
let visits = 0
let canaryUrl = ''

beforeAll(async () => {
  fixture = await openLoads()
  canary = createServer((_request, response) => {
    visits++
    response.end('<!ENTITY x "y">')
  })
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`
})
afterAll(async () => {
  await fixture.close()
  canary.close()
})

const laughs = [
  '<!ENTITY l0 "ha">',
  ...Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`),
].join('')

/** What stands before the root, and what stands where text is. */
const attacks: [name: string, prolog: (root: string) => string, text: string][] = [
  ['a file of this machine', (root) => `<!DOCTYPE ${root} [<!ENTITY e SYSTEM "file:///etc/passwd">]>`, '&e;'],
  [
    'a parameter entity from elsewhere',
    (root) => `<!DOCTYPE ${root} [<!ENTITY % p SYSTEM "${canaryUrl}/x.dtd"> %p;]>`,
    'x',
  ],
  ['a document type from elsewhere', (root) => `<!DOCTYPE ${root} SYSTEM "${canaryUrl}/x.dtd">`, 'x'],
  ['ten levels of laughter', (root) => `<!DOCTYPE ${root} [${laughs}]>`, '&l10;'],
  [
    'one long entity, many times',
    (root) => `<!DOCTYPE ${root} [<!ENTITY e "${'A'.repeat(50_000)}">]>`,
    '&e;'.repeat(50_000),
  ],
  ['a lower case doctype after a comment', (root) => `<!-- --><!DOCTYPE\n${root} [<!ENTITY e "x">]>`, '&e;'],
]

const kml = (prolog: string, text: string) =>
  `<?xml version="1.0"?>${prolog}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>${text}</name><Point><coordinates>5,43</coordinates></Point></Placemark></Document></kml>`
const gpx = (prolog: string, text: string) =>
  `<?xml version="1.0"?>${prolog}<gpx version="1.1" creator="x"><wpt lat="43" lon="5"><name>${text}</name></wpt></gpx>`
const sheetRows = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'

interface Workbook {
  workbook?: [string, string]
  strings?: [string, string]
  sheet?: [string, string]
}
const none: [string, string] = ['', 'x']
const xlsx = ({ workbook = none, strings = none, sheet = none }: Workbook) =>
  zipOf([
    {
      name: '[Content_Types].xml',
      content: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    },
    {
      name: 'xl/workbook.xml',
      content: `<?xml version="1.0"?>${workbook[0]}<workbook><sheets><sheet name="${workbook[1]}" sheetId="1" r:id="r1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
    },
    {
      name: 'xl/sharedStrings.xml',
      content: `<?xml version="1.0"?>${strings[0]}<sst><si><t>${strings[1]}</t></si></sst>`,
    },
    {
      name: 'xl/worksheets/sheet1.xml',
      content: `<?xml version="1.0"?>${sheet[0]}<worksheet>${sheetRows}<row r="2"><c r="A2" t="s"><v>0</v></c></row><row r="3"><c r="A3" t="inlineStr"><is><t>${sheet[1]}</t></is></c></row></sheetData></worksheet>`,
    },
  ])
const ods = (prolog: string, text: string) =>
  zipOf([
    { name: 'mimetype', content: 'application/vnd.oasis.opendocument.spreadsheet' },
    {
      name: 'content.xml',
      content: `<?xml version="1.0"?>${prolog}<office:document-content><office:body><office:spreadsheet><table:table table:name="a"><table:table-row><table:table-cell office:value-type="string"><text:p>name</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell office:value-type="string"><text:p>${text}</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`,
    },
  ])

const formats: Record<string, (prolog: (root: string) => string, text: string) => string | Buffer> = {
  KML: (prolog, text) => kml(prolog('kml'), text),
  KMZ: (prolog, text) => zipOf([{ name: 'doc.kml', content: kml(prolog('kml'), text) }]),
  GPX: (prolog, text) => gpx(prolog('gpx'), text),
  'the workbook of an XLSX': (prolog, text) => xlsx({ workbook: [prolog('workbook'), text] }),
  'the shared strings of an XLSX': (prolog, text) => xlsx({ strings: [prolog('sst'), text] }),
  'the sheet of an XLSX': (prolog, text) => xlsx({ sheet: [prolog('worksheet'), text] }),
  'the content of an ODS': (prolog, text) => ods(prolog('office:document-content'), text),
}

describe('A4: XML', () => {
  it('that is harmless is read in each of the formats', async () => {
    for (const [i, [name, make]] of Object.entries(formats).entries()) {
      const view = await fixture.load(
        `good-${i}`,
        make(() => '', 'quiet'),
      )
      expect([name, view.state, view.error?.code]).toEqual([name, 'published', undefined])
      if (i > 3 || i < 3) expect(JSON.stringify(await fixture.rows(`good-${i}`))).toContain('quiet')
    }
  })

  for (const [format, make] of Object.entries(formats))
    it.each(attacks)(
      `in ${format} with %s is refused before anything is expanded`,
      async (_, prolog, text) => {
        const before = process.memoryUsage().rss
        const view = await fixture.load('attacked', make(prolog, text))
        expect(view).toMatchObject({ state: 'failed', version: null, error: { code: 'xml_dtd_refused' } })
        expect(JSON.stringify(view)).not.toMatch(/root:|ha{2}|AAAA/)
        expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 ** 2)
        expect(visits).toBe(0)
      },
    )

  it('includes nothing, and knows no entity but those of XML itself', async () => {
    const include = `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>`
    await fixture.load('included', kml('', `quiet${include}`))
    expect(JSON.stringify(await fixture.rows('included').catch(() => []))).not.toContain('root:')
    const unknown = await fixture.load('unknown', kml('', '&nope;'))
    expect(unknown).toMatchObject({ state: 'failed', error: { code: 'file_damaged' } })
    const sheet = `<?xml-stylesheet href="${canaryUrl}/x.xsl" type="text/xsl"?>`
    expect((await fixture.load('styled', kml(sheet, 'quiet'))).state).toBe('published')
    const deep = kml('', `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`)
    expect(await fixture.load('deep', deep)).toMatchObject({ state: 'failed', error: { code: 'xml_depth' } })
    expect(visits).toBe(0)
  })

  it('in UTF-16 hides no document type', async () => {
    const text = kml('<!DOCTYPE kml [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '&e;')
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    const view = await fixture.load('wide', bytes)
    expect(view.state).toBe('failed')
    expect(JSON.stringify(view)).not.toContain('root:')
  })

  it('left nothing behind, and loads go on', async () => {
    expect(await fixture.load('after', 'a,b\n1,2\n')).toMatchObject({ state: 'published' })
    expect(fixture.datasets.list().map(({ id }) => id)).not.toContain('attacked')
  })
})
