import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inspect } from '../inspect.ts'
import { defaultLimits } from '../limits.ts'
import { prepare } from '../prepare.ts'
import type { PlanField } from '../schema.ts'

async function planOf(text: string, epsg?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'lacydon-infer-'))
  try {
    const path = join(folder, 'file')
    writeFileSync(path, text)
    const prepared = await prepare({ path, folder, limits: defaultLimits })
    return (await inspect(prepared, { epsg })).plan
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The field of a file with one column, beside a number that keeps the records from being blank. */
async function fieldOf(name: string, values: string[]): Promise<PlanField> {
  const rows = values.map((value, i) => `${i}\t${value}`)
  const { fields } = await planOf(`n\t${name}\n${rows.join('\n')}\n`)
  return fields[1]!
}

const cases: [what: string, name: string, values: string[], type: string, reading: object][] = [
  ['whole numbers', 'count', ['1', '-20', '0'], 'integer', { kind: 'plain' }],
  ['large whole numbers', 'count', ['1', '5000000000'], 'bigint', { kind: 'plain' }],
  ['whole numbers beyond a double', 'count', ['9007199254740993', '1'], 'text', { kind: 'plain' }],
  ['decimals', 'depth', ['1.5', '2', '-0.25', '1e3'], 'double', { kind: 'plain' }],
  ['decimal commas', 'depth', ['1,5', '2', '-0,25'], 'double', { kind: 'decimal-comma' }],
  [
    'thousands with spaces',
    'amount',
    ['1 234,50', '12', '1 000 000,00'],
    'double',
    { kind: 'decimal-comma' },
  ],
  ['thousands with narrow spaces', 'amount', ['1\u202f234', '12'], 'bigint', { kind: 'decimal-comma' }],
  ['thousands with commas', 'amount', ['1,234.50', '12.5'], 'double', { kind: 'decimal-point' }],
  ['leading zeros', 'dep', ['01', '13', '2A'], 'text', { kind: 'plain' }],
  ['SIRET', 'id', ['21130055300016', '20005480700017'], 'text', { kind: 'plain' }],
  ['postcodes', 'code_postal', ['13001', '13002'], 'text', { kind: 'plain' }],
  ['telephones', 'contact', ['04 91 00 00 00', '06 12 34 56 78'], 'text', { kind: 'plain' }],
  [
    'oui and non',
    'ouvert',
    ['oui', 'non', 'Oui'],
    'boolean',
    { kind: 'words', true: ['oui'], false: ['non'] },
  ],
  ['true and false', 'open', ['true', 'false'], 'boolean', { kind: 'plain' }],
  [
    '0 and 1 with a hint',
    'est_ouvert',
    ['0', '1', '1'],
    'boolean',
    { kind: 'words', true: ['1'], false: ['0'] },
  ],
  ['0 and 1 without', 'level', ['0', '1', '1'], 'integer', { kind: 'plain' }],
  ['lone letters', 'grade', ['O', 'O', 'O'], 'text', { kind: 'plain' }],
  ['ISO days', 'jour', ['2026-01-31', '2026-02-01'], 'date', { kind: 'plain' }],
  [
    'days first, by evidence',
    'jour',
    ['31/01/2026', '01/02/2026'],
    'date',
    { kind: 'pattern', patterns: ['dd/MM/yyyy'] },
  ],
  [
    'months first, by evidence',
    'jour',
    ['01/31/2026', '02/01/2026'],
    'date',
    { kind: 'pattern', patterns: ['MM/dd/yyyy'] },
  ],
  [
    'packed days by name',
    'date_maj',
    ['20260131', '20260201'],
    'date',
    { kind: 'pattern', patterns: ['yyyyMMdd'] },
  ],
  ['instants', 'at', ['2026-01-31T08:00:00Z', '2026-02-01T09:30:00Z'], 'timestamp', { kind: 'plain' }],
  ['epochs by name', 'timestamp', ['1767225600', '1767229200'], 'timestamp', { kind: 'epoch', unit: 's' }],
  ['no value in words', 'depth', ['1.5', 'NA', '2', '-'], 'double', { kind: 'plain' }],
  ['cells of positions', 'geo', ['43.3, 5.4', '43.29, 5.36'], 'geo_point_2d', { kind: 'lat-lon' }],
  [
    'WKT points',
    'geom',
    ['POINT (5.4 43.3)', 'POINT(5.3 43.2)'],
    'geo_point_2d',
    { kind: 'wkt', epsg: 4326 },
  ],
  [
    'WKT shapes',
    'geom',
    ['LINESTRING (5 43, 6 44)', 'POINT(5.3 43.2)'],
    'geo_shape',
    { kind: 'wkt', epsg: 4326 },
  ],
  [
    'WKT in Lambert-93',
    'geom',
    ['POINT (892000 6247000)', 'POINT(893000 6248000)'],
    'geo_point_2d',
    { kind: 'wkt', epsg: 2154 },
  ],
  [
    'GeoJSON',
    'geom',
    ['{"type":"Point","coordinates":[5,43]}', '{"type":"LineString","coordinates":[[5,43],[6,44]]}'],
    'geo_shape',
    { kind: 'geojson', epsg: 4326 },
  ],
  ['JSON', 'tags', ['{"a":1}', '["x"]'], 'json', { kind: 'plain' }],
  ['sentences', 'note', ['Le quai est fermé', '12 places', ''], 'text', { kind: 'plain' }],
]

test.each(cases)('%s', async (_, name, values, type, reading) => {
  const field = await fieldOf(name, values)
  expect({ type: field.type, reading: field.reading }).toEqual({ type, reading })
  expect(field.reason).not.toBe('')
})

test('twelve styles of dates in one column are read by as many patterns', async () => {
  const field = await fieldOf('jour', [
    '2026-01-31',
    '31/01/2026',
    '31-01-2026',
    '31.01.2026',
    '31/01/26',
    '2026/01/31',
    '31 janvier 2026',
    '31 janv. 2026',
    '31-Jan-2026',
    'January 31, 2026',
    'samedi 31 janvier 2026',
    '1er février 2026',
  ])
  expect(field.type).toBe('date')
  expect(field.reading).toMatchObject({ kind: 'pattern' })
  expect((field.reading as { patterns: string[] }).patterns.length).toBeGreaterThanOrEqual(9)
})

test('days and months that could be either are flagged', async () => {
  const field = await fieldOf('jour', ['01/02/2026', '03/04/2026'])
  expect(field.reading).toEqual({ kind: 'pattern', patterns: ['dd/MM/yyyy'] })
  expect(field.doubt).toMatch(/day and month could be either/)
})

test('another column of the file decides between day and month', async () => {
  const { fields } = await planOf('a;b\n01/02/2026;01/31/2026\n03/04/2026;02/01/2026\n')
  expect(fields[0]!.reading).toEqual({ kind: 'pattern', patterns: ['MM/dd/yyyy'] })
})

test('latitude and longitude by name make a point of their columns', async () => {
  const { fields } = await planOf('nom,Latitude,Longitude\nA,43.3,5.4\nB,43.2,5.3\n')
  expect(fields.at(-1)).toMatchObject({
    name: 'geo_point',
    type: 'geo_point_2d',
    columns: ['Latitude', 'Longitude'],
    reading: { kind: 'lat-lon' },
  })
})

test.each([
  ['x and y in Lambert-93', 'x,y\n892390.2,6247035.3\n893000,6248000\n', undefined, 2154],
  [
    'a name that states its system',
    'nom,x_cc44,y_cc44\nA,1892390,3127035\nB,1892000,3127000\n',
    undefined,
    3944,
  ],
  ['a stated system', 'xcoord,ycoord\n692000,4796000\n693000,4797000\n', 32631, 32631],
])('%s', async (_, text, epsg, expected) => {
  const { fields } = await planOf(text, epsg)
  expect(fields.at(-1)).toMatchObject({ type: 'geo_point_2d', reading: { kind: 'xy', epsg: expected } })
})

test('preamble lines, a title and the header after them are told apart', async () => {
  const plan = await planOf(
    'Port de Marseille\nExport du 3 mars\n\nid;nom;places\n1;Frioul;640\n2;Pointe Rouge;1200\n',
  )
  expect(plan.layout).toMatchObject({ delimiter: ';', skipLines: 4, hasHeader: true })
  expect(plan.fields.map(({ name }) => name)).toEqual(['id', 'nom', 'places'])
})

test('a file without header keeps its first record', async () => {
  const plan = await planOf('1,2026-01-01,3.5\n2,2026-01-02,4.5\n')
  expect(plan.layout).toMatchObject({ hasHeader: false, skipLines: 0 })
  expect(plan.fields.map(({ name, type }) => [name, type])).toEqual([
    ['column_1', 'integer'],
    ['column_2', 'date'],
    ['column_3', 'double'],
  ])
})

test('identifiers, facets and languages are proposed', async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i},${i % 3 === 0 ? 'ferry' : 'tanker'},Le navire est à quai dans le port de la ville ${i}`,
  )
  const { fields } = await planOf(`id,type,note\n${rows.join('\n')}\n`)
  expect(fields[0]!.annotations).toEqual({ id: true })
  expect(fields[1]!.annotations).toEqual({ facet: true })
  expect(fields[2]!.language).toBe('fr')
})
