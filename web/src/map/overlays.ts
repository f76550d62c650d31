import type { FilterSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl'
import type { VesselCategory } from '../../../src/vessels/schema.ts'
import type { Palette } from './palette.ts'

const none: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }
const geojson = (): SourceSpecification => ({ type: 'geojson', data: none })

export const overlaySources = {
  trails: geojson(),
  track: geojson(),
  'vessel-names': geojson(),
} satisfies Record<string, SourceSpecification>

const colourByType = (palette: Palette) => [
  'match',
  ['get', 'category'],
  ...(Object.keys(palette.type) as VesselCategory[]).flatMap((category) => [
    category,
    palette.type[category],
  ]),
  palette.type.other,
]

/** Trails and track under the names of places, names of vessels above everything. */
export const overlayLayers = (palette: Palette): LayerSpecification[] => [
  {
    id: 'trails',
    type: 'line',
    source: 'trails',
    minzoom: 7,
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': colourByType(palette) as never,
      'line-opacity': ['get', 'opacity'],
      'line-width': ['interpolate', ['linear'], ['zoom'], 7, 0.8, 10, 1.6, 14, 2.4],
    },
  },
  {
    id: 'track-casing',
    type: 'line',
    source: 'track',
    filter: ['==', ['geometry-type'], 'LineString'],
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': palette.halo, 'line-width': 6, 'line-opacity': 0.8 },
  },
  {
    id: 'track',
    type: 'line',
    source: 'track',
    filter: ['==', ['geometry-type'], 'LineString'],
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': colourByType(palette) as never, 'line-width': 2.6 },
  },
  {
    id: 'track-marks',
    type: 'symbol',
    source: 'track',
    filter: ['has', 'label'],
    layout: {
      'text-field': ['get', 'label'],
      'text-font': ['Inter Medium'],
      'text-size': 11,
      'text-offset': [0, -0.9],
      'text-anchor': 'bottom',
      'text-padding': 14,
    },
    paint: { 'text-color': palette.ink2, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 },
  },
  {
    id: 'vessel-names',
    type: 'symbol',
    source: 'vessel-names',
    filter: ['>=', ['zoom'], ['get', 'minZoom']] as unknown as FilterSpecification,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': ['Inter Medium'],
      'text-size': ['case', ['get', 'chosen'], 13, 11.5],
      'text-variable-anchor': ['left', 'right', 'top', 'bottom'],
      'text-radial-offset': 1.15,
      'text-justify': 'auto',
      'text-max-width': 20,
      'text-padding': 3,
      'symbol-sort-key': ['get', 'priority'],
    },
    paint: {
      'text-color': palette.ink,
      'text-opacity': ['case', ['get', 'old'], 0.75, 1],
      'text-halo-color': palette.sea,
      'text-halo-width': 1.5,
    },
  },
]

export const overlayColours = (palette: Palette): [string, string, unknown][] => [
  ['trails', 'line-color', colourByType(palette)],
  ['track-casing', 'line-color', palette.halo],
  ['track', 'line-color', colourByType(palette)],
  ['track-marks', 'text-color', palette.ink2],
  ['track-marks', 'text-halo-color', palette.halo],
  ['vessel-names', 'text-color', palette.ink],
  ['vessel-names', 'text-halo-color', palette.sea],
]
