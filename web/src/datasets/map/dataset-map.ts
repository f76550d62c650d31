import type { LayerSpecification, MapGeoJSONFeature, Map as MapLibreMap } from 'maplibre-gl'
import { maplibregl } from '../../map/library.ts'
import { type Palette, readPalette } from '../../map/palette.ts'
import { places } from '../../map/places.ts'
import { baseColours, baseStyle, nameLayers, placesData } from '../../map/style.ts'
import type { Language } from '../../ui/language.ts'
import type { Viewport } from '../../vessels/address.ts'

export type Bounds = [number, number, number, number]

export interface DatasetMapOptions {
  container: HTMLElement
  language: Language
  viewport: Viewport | undefined
  bounds: Bounds | undefined
  /** Address of the tiles, with `{z}/{x}/{y}` in it. */
  tiles: string
  isMotionReduced: boolean
  /** Texts of the library's own controls. */
  locale: Record<string, string>
  onMoved: (viewport: Viewport) => void
  /** A row was pressed: its values; nothing when the sea was. */
  onPick: (values: Record<string, unknown> | undefined) => void
}

const fitting = { padding: 56, maxZoom: 14 }
/** Marseille and Fos, when no row says where to look. */
const homeBounds: Bounds = [4.7, 43.1, 5.6, 43.5]
const pickPx = 8
const pickable = ['rows-points', 'rows-lines', 'rows-areas']

const kind = (type: string): never => ['==', ['geometry-type'], type] as never

function rowLayers(palette: Palette): LayerSpecification[] {
  const rows = { source: 'rows', 'source-layer': 'rows' }
  return [
    {
      id: 'rows-areas',
      type: 'fill',
      ...rows,
      filter: kind('Polygon'),
      paint: { 'fill-color': palette.blue, 'fill-opacity': 0.22 },
    },
    {
      id: 'rows-lines',
      type: 'line',
      ...rows,
      filter: ['!=', ['geometry-type'], 'Point'] as never,
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': palette.blue, 'line-width': 1.8 },
    },
    {
      id: 'rows-points',
      type: 'circle',
      ...rows,
      filter: kind('Point'),
      paint: {
        'circle-color': palette.blue,
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 5, 3, 10, 4.5, 15, 7],
        'circle-stroke-color': palette.halo,
        'circle-stroke-width': 1.2,
      },
    },
    {
      id: 'rows-picked',
      type: 'circle',
      ...rows,
      filter: ['==', ['id'], -1] as never,
      paint: {
        'circle-color': palette.coral,
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 5, 5, 15, 9],
        'circle-stroke-color': palette.halo,
        'circle-stroke-width': 2,
      },
    },
    {
      id: 'rows-picked-line',
      type: 'line',
      ...rows,
      filter: ['==', ['id'], -1] as never,
      paint: { 'line-color': palette.coral, 'line-width': 3 },
    },
    {
      id: 'cells',
      type: 'circle',
      source: 'rows',
      'source-layer': 'cells',
      paint: {
        'circle-color': palette.blue,
        'circle-radius': 4.6,
        // Ten times the rows, a third darker: a thousand in a cell is nearly solid.
        'circle-opacity': ['interpolate', ['linear'], ['log10', ['get', 'count']], 0, 0.22, 3, 0.95],
      },
    },
  ]
}

const rowColours = (palette: Palette): [string, string, string][] => [
  ['rows-areas', 'fill-color', palette.blue],
  ['rows-lines', 'line-color', palette.blue],
  ['rows-points', 'circle-color', palette.blue],
  ['rows-points', 'circle-stroke-color', palette.halo],
  ['rows-picked', 'circle-color', palette.coral],
  ['rows-picked-line', 'line-color', palette.coral],
  ['cells', 'circle-color', palette.blue],
]

/** The rows of a dataset on the base map, by vector tiles; knows nothing of the page. */
export class DatasetMap {
  readonly #map: MapLibreMap
  readonly #options: DatasetMapOptions

  /** Resolves once it stands; to nothing when `signal` said before that nobody waits any more. */
  static async create(options: DatasetMapOptions, signal: AbortSignal): Promise<DatasetMap | undefined> {
    const faces = ['500 24px "Inter Medium"', '500 24px "Inter Semibold"', 'italic 400 24px "Inter Italic"']
    await Promise.allSettled(faces.map((face) => document.fonts.load(face, 'Aé')))
    if (signal.aborted) return undefined
    const made = new DatasetMap(options)
    signal.addEventListener('abort', () => made.#map.remove())
    await made.#map.once('load')
    if (signal.aborted) return undefined
    made.#addLayers()
    return made
  }

  private constructor(options: DatasetMapOptions) {
    this.#options = options
    const { viewport, bounds, isMotionReduced } = options
    this.#map = new maplibregl.Map({
      container: options.container,
      style: baseStyle(readPalette(), places, options.language),
      ...(viewport
        ? { center: [viewport.lon, viewport.lat], zoom: viewport.zoom }
        : { bounds: bounds ?? homeBounds, fitBoundsOptions: fitting }),
      locale: options.locale,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      maxZoom: 18.5,
      minZoom: 1,
      fadeDuration: isMotionReduced ? 0 : 150,
      localIdeographFontFamily: 'sans-serif',
    })
    this.#map.touchZoomRotate.disableRotation()
    this.#map.keyboard.disableRotation()
    this.#map.addControl(new maplibregl.AttributionControl({ compact: true }), 'bottom-right')
    this.#map.addControl(new maplibregl.ScaleControl({ unit: 'metric', maxWidth: 90 }), 'bottom-left')
    this.#map.addControl(new maplibregl.NavigationControl({ showCompass: false }), 'top-right')
  }

  #addLayers(): void {
    const palette = readPalette()
    for (const layer of nameLayers(palette)) this.#map.addLayer(layer)
    this.#map.addSource('rows', { type: 'vector', tiles: [this.#options.tiles], maxzoom: 16 })
    const firstName = nameLayers(palette)[0]?.id
    for (const layer of rowLayers(palette)) this.#map.addLayer(layer, firstName)
    this.recolour()
    this.#listen()
  }

  #listen(): void {
    const { onMoved, onPick } = this.#options
    this.#map.on('moveend', () => {
      const { lng, lat } = this.#map.getCenter()
      onMoved({ lat, lon: lng, zoom: this.#map.getZoom() })
    })
    this.#map.on('mousemove', ({ point }) => {
      this.#map.getCanvas().style.cursor = this.#at(point.x, point.y) ? 'pointer' : ''
    })
    this.#map.on('click', ({ point, lngLat }) => {
      const found = this.#at(point.x, point.y)
      if (found?.layer.id === 'cells') {
        this.#map.easeTo({ center: lngLat, zoom: this.#map.getZoom() + 2, duration: this.#duration() })
        return
      }
      this.#mark(found?.id)
      onPick(found?.properties)
    })
  }

  /** The row nearest to a point of the screen, points before lines before areas. */
  #at(x: number, y: number): MapGeoJSONFeature | undefined {
    const box: [[number, number], [number, number]] = [
      [x - pickPx, y - pickPx],
      [x + pickPx, y + pickPx],
    ]
    const near = this.#map.queryRenderedFeatures(box, { layers: ['rows-points', 'rows-lines', 'cells'] })
    return near[0] ?? this.#map.queryRenderedFeatures([x, y], { layers: pickable })[0]
  }

  #mark(id: string | number | undefined): void {
    const wanted = id ?? -1
    this.#map.setFilter('rows-picked', ['all', ['==', ['id'], wanted], kind('Point')] as never)
    this.#map.setFilter('rows-picked-line', [
      'all',
      ['==', ['id'], wanted],
      ['!=', ['geometry-type'], 'Point'],
    ] as never)
  }

  unmark(): void {
    this.#mark(undefined)
  }

  #duration(): number {
    return this.#options.isMotionReduced ? 0 : 180
  }

  /** Other conditions or another version: other tiles. */
  setTiles(address: string): void {
    this.#map.getSource<maplibregl.VectorTileSource>('rows')?.setTiles([address])
  }

  fit(bounds: Bounds): void {
    this.#map.fitBounds(bounds, { ...fitting, duration: this.#duration() })
  }

  setLanguage(language: Language): void {
    this.#map.getSource<maplibregl.GeoJSONSource>('places')?.setData(placesData(places, language))
  }

  /** After a change of theme: same style, new colours. */
  recolour(): void {
    const palette = readPalette()
    for (const [layer, property, value] of [...baseColours(palette), ...rowColours(palette)])
      if (this.#map.getLayer(layer)) this.#map.setPaintProperty(layer, property as never, value as never)
  }
}
