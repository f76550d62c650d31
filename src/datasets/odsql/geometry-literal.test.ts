import { expect, it } from 'vitest'
import { geometryLiteral } from './geometry-literal.ts'

const at = { start: 0, end: 0 }
const read = (text: string) => JSON.parse(geometryLiteral(text, at).geoJson)

it.each([
  ['POINT(1 2)', { type: 'Point', coordinates: [1, 2] }],
  ['  point ( -1.5e0   .5 ) ', { type: 'Point', coordinates: [-1.5, 0.5] }],
  ['SRID=4326;POINT Z (1 2 3)', { type: 'Point', coordinates: [1, 2] }],
  ['POINTZM(1 2 3 4)', { type: 'Point', coordinates: [1, 2] }],
  [
    'LINESTRING(0 0, 1 1)',
    {
      type: 'LineString',
      coordinates: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
  [
    'MULTIPOINT((0 0), (1 1))',
    {
      type: 'MultiPoint',
      coordinates: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
  [
    'MULTIPOINT(0 0, 1 1)',
    {
      type: 'MultiPoint',
      coordinates: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
  [
    'POLYGON((0 0, 1 0, 1 1, 0 0))',
    {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 0],
        ],
      ],
    },
  ],
  [
    'MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))',
    {
      type: 'MultiPolygon',
      coordinates: [
        [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 0],
          ],
        ],
      ],
    },
  ],
  [
    'GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))',
    {
      type: 'GeometryCollection',
      geometries: [
        { type: 'Point', coordinates: [1, 1] },
        {
          type: 'LineString',
          coordinates: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
    },
  ],
  ['{"type":"Point","coordinates":[1,2],"extra":1}', { type: 'Point', coordinates: [1, 2] }],
  [
    '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{}}',
    { type: 'Point', coordinates: [1, 2] },
  ],
  ['0101000000000000000000F03F0000000000000040', { type: 'Point', coordinates: [1, 2] }],
  ['00000000013ff00000000000004000000000000000', { type: 'Point', coordinates: [1, 2] }],
  ['0101000020E6100000000000000000F03F0000000000000040', { type: 'Point', coordinates: [1, 2] }],
  [
    '01020000000200000000000000000000000000000000000000000000000000F03F000000000000F03F',
    {
      type: 'LineString',
      coordinates: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
])('%s', (text, geometry) => {
  expect(read(text)).toEqual(geometry)
})

it.each([
  '',
  'POINT',
  'POINT EMPTY',
  'POINT(1)',
  'POINT(1 2',
  'POINT(1 2) x',
  'POINT(1 2))',
  'POINT(a b)',
  'POINT(1 200)',
  'POINT(1000 2)',
  'POLYGON((0 0, 1 0))',
  'CIRCLE(1 1, 2)',
  '{"type":"Point"}',
  '{"type":"Point","coordinates":["1","2"]}',
  '{',
  'null',
  '01',
  '0101000000000000000000F03F00000000000000',
  '0103000000FFFFFFFF',
  '010100000000000000000000F87F000000000000F87F',
  'GEOMETRYCOLLECTION('.repeat(40),
  `LINESTRING(${Array.from({ length: 10_001 }, (_, i) => `${i % 90} 0`).join(',')})`,
])('refuses %#', (text) => {
  expect(() => geometryLiteral(text, at)).toThrow('geometry')
})
