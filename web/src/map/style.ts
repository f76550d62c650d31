import type { FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import inlandUrl from '../../../data/geo/inland-waters.geojson?url'
import homeUrl from '../../../data/geo/land-home.geojson?url'
import worldUrl from '../../../data/geo/land-world.geojson?url'
import type { Language } from '../ui/language.ts'
import type { Palette } from './palette.ts'
import type { Place } from './place.ts'

const faces = { plain: ['Inter Medium'], strong: ['Inter Semibold'], water: ['Inter Italic'] }

const kindIs = (kind: string): FilterSpecification => ['==', ['get', 'kind'], kind]

/** First zoom at which a rank is named. */
const minZoomByRank = [0, 3.4, 5.2, 7.4, 9, 10.4, 12]

const anchors: Record<string, string> = { n: 'bottom', e: 'left', s: 'top', w: 'right' }
/** Away from the quays, in ems. */
const offsets = [
  'match',
  ['get', 'anchor'],
  'bottom',
  ['literal', [0, -0.6]],
  'left',
  ['literal', [0.7, 0]],
  'top',
  ['literal', [0, 0.6]],
  'right',
  ['literal', [-0.7, 0]],
  ['literal', [0, 0]],
]

interface NameStyle {
  kinds: string[]
  colour: (palette: Palette) => string
  face: string[]
  size: [number, number]
  spacing?: number
  upper?: boolean
}

const nameStyles: Record<string, NameStyle> = {
  sea: { kinds: ['sea'], colour: (p) => p.water, face: faces.water, size: [12, 17], spacing: 0.12 },
  water: { kinds: ['bay', 'lagoon'], colour: (p) => p.water, face: faces.water, size: [11, 13.5] },
  park: { kinds: ['park'], colour: (p) => p.green, face: faces.water, size: [11, 14] },
  small: { kinds: ['cape', 'island'], colour: (p) => p.ink2, face: faces.plain, size: [11, 12.5] },
  town: { kinds: ['town', 'port'], colour: (p) => p.ink2, face: faces.plain, size: [11, 14] },
  city: { kinds: ['city'], colour: (p) => p.ink, face: faces.strong, size: [12, 17], spacing: 0.03 },
}

/** The base map: coarse land of the world, the home sea over it, fine land, lagoons; names apart. */
export function baseStyle(
  palette: Palette,
  places: readonly Place[],
  language: Language,
): StyleSpecification {
  return {
    version: 8,
    name: 'Lacydon',
    sources: {
      world: { type: 'geojson', data: worldUrl, attribution: 'Natural Earth' },
      home: { type: 'geojson', data: homeUrl, attribution: 'GSHHG (LGPL)', tolerance: 0.2 },
      inland: { type: 'geojson', data: inlandUrl },
      places: { type: 'geojson', data: placesData(places, language) },
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': palette.sea } },
      {
        id: 'world-land',
        type: 'fill',
        source: 'world',
        filter: kindIs('land'),
        paint: { 'fill-color': palette.land, 'fill-antialias': false },
      },
      coastLine('world-coast', 'world', kindIs('coast'), palette),
      {
        // Not smoothed at its edge: the box of the fine coast must not show on the land around.
        id: 'home-sea',
        type: 'fill',
        source: 'home',
        filter: kindIs('extent'),
        paint: { 'fill-color': palette.sea, 'fill-antialias': false },
      },
      {
        id: 'home-land',
        type: 'fill',
        source: 'home',
        filter: kindIs('land'),
        paint: { 'fill-color': palette.land, 'fill-antialias': false },
      },
      riverLine('river-shores', palette.coast, 1.4),
      riverLine('rivers', palette.sea, 0),
      coastLine('home-coast', 'home', kindIs('coast'), palette),
      {
        id: 'lagoons',
        type: 'fill',
        source: 'inland',
        filter: kindIs('lagoon'),
        paint: { 'fill-color': palette.sea },
      },
      coastLine('lagoon-shore', 'inland', kindIs('shore'), palette),
    ],
  }
}

const coastLine = (
  id: string,
  source: string,
  filter: FilterSpecification,
  palette: Palette,
): LayerSpecification => ({
  id,
  type: 'line',
  source,
  filter,
  layout: { 'line-join': 'round' },
  paint: {
    'line-color': palette.coast,
    'line-width': ['interpolate', ['linear'], ['zoom'], 6, 0.6, 10, 1, 14, 1.6],
  },
})

const metresPerPixel = { z9: 222, z19: 0.217 }

/** A river as wide as it is once that is more than a hair; its shores are the same line, wider, below. */
const riverLine = (id: string, colour: string, morePx: number): LayerSpecification => ({
  id,
  type: 'line',
  source: 'inland',
  filter: kindIs('river'),
  minzoom: 7,
  layout: { 'line-join': 'round' },
  paint: {
    'line-color': colour,
    'line-width': [
      'interpolate',
      ['exponential', 2],
      ['zoom'],
      9,
      ['+', morePx, ['max', 1.3, ['/', ['get', 'widthM'], metresPerPixel.z9]]],
      19,
      ['+', morePx, ['/', ['get', 'widthM'], metresPerPixel.z19]],
    ],
  },
})

/** Colours that change with the theme: [layer, property, value], without reloading the style. */
export const baseColours = (palette: Palette): [string, string, string][] => [
  ['sea', 'background-color', palette.sea],
  ['world-land', 'fill-color', palette.land],
  ['world-coast', 'line-color', palette.coast],
  ['home-sea', 'fill-color', palette.sea],
  ['home-land', 'fill-color', palette.land],
  ['home-coast', 'line-color', palette.coast],
  ['river-shores', 'line-color', palette.coast],
  ['rivers', 'line-color', palette.sea],
  ['lagoons', 'fill-color', palette.sea],
  ['lagoon-shore', 'line-color', palette.coast],
  ...Object.entries(nameStyles).flatMap(([id, style]): [string, string, string][] => [
    [`names-${id}`, 'text-color', style.colour(palette)],
    [
      `names-${id}`,
      'text-halo-color',
      ['sea', 'water'].includes(id) ? palette.sea : id === 'small' ? palette.sea : palette.land,
    ],
  ]),
]

/** Names, above land and sea and below the vessels; the most important are placed first. */
export const nameLayers = (palette: Palette): LayerSpecification[] =>
  Object.entries(nameStyles).map(([id, style]) => ({
    id: `names-${id}`,
    type: 'symbol',
    source: 'places',
    filter: [
      'all',
      ['in', ['get', 'kind'], ['literal', style.kinds]],
      ['>=', ['zoom'], ['get', 'minZoom']],
    ] as unknown as FilterSpecification,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': style.face,
      'text-size': ['interpolate', ['linear'], ['zoom'], 5, style.size[0], 12, style.size[1]],
      'text-letter-spacing': style.spacing ?? 0,
      'text-max-width': 8,
      'text-padding': 6,
      'text-anchor': ['get', 'anchor'] as never,
      'text-offset': offsets as never,
      'symbol-sort-key': ['get', 'rank'],
    },
    paint: { 'text-color': style.colour(palette), 'text-halo-color': palette.land, 'text-halo-width': 1.2 },
  }))

export const placesData = (places: readonly Place[], language: Language): GeoJSON.FeatureCollection => ({
  type: 'FeatureCollection',
  features: places.map((place) => ({
    type: 'Feature',
    properties: {
      kind: place.kind,
      name: language === 'fr' ? place.nameFr : place.nameEn,
      rank: place.rank,
      minZoom: minZoomByRank[place.rank] ?? 12,
      anchor: anchors[place.side] ?? 'center',
    },
    geometry: { type: 'Point', coordinates: [place.lon, place.lat] },
  })),
})
