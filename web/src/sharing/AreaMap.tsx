import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl'
import { useEffect, useRef, useState } from 'react'
import controls from '../datasets/Controls.module.css'
import { maplibregl } from '../map/library.ts'
import { type Palette, readPalette } from '../map/palette.ts'
import { places } from '../map/places.ts'
import { baseStyle, nameLayers } from '../map/style.ts'
import { useLanguage } from '../ui/use-language.ts'
import { boxOf, type Corner, cornersOf, polygonOf } from './area.ts'
import styles from './Sharing.module.css'

const home: [number, number, number, number] = [4.7, 43.1, 5.6, 43.5]

/** An area drawn corner by corner; the fields beside say the same to who does not draw. */
export function AreaMap({
  geometry,
  change,
}: {
  geometry: string | null
  change: (geometry: string | null) => void
}) {
  const { t, language } = useLanguage()
  const place = useRef<HTMLElement>(null)
  const map = useRef<MapLibreMap>(null)
  const [corners, setCorners] = useState<Corner[]>(() => (geometry ? cornersOf(geometry) : []))
  const drawn = useRef(geometry)

  useEffect(() => {
    if (!place.current) return
    const palette = readPalette()
    const box = drawn.current ? boxOf(drawn.current) : undefined
    const made = new maplibregl.Map({
      container: place.current,
      style: baseStyle(palette, places, language),
      bounds: box ? [box.west, box.south, box.east, box.north] : home,
      fitBoundsOptions: { padding: 40, maxZoom: 12 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      localIdeographFontFamily: 'sans-serif',
    })
    map.current = made
    made.addControl(new maplibregl.AttributionControl({ compact: true }), 'bottom-right')
    made.on('load', () => {
      for (const layer of nameLayers(palette)) made.addLayer(layer)
      addArea(made, palette)
      show(made, drawn.current ? cornersOf(drawn.current) : [])
    })
    made.on('click', ({ lngLat }) => setCorners((known) => [...known, [lngLat.lng, lngLat.lat]]))
    return () => {
      map.current = null
      made.remove()
    }
  }, [language])

  // Numbers were written beside the map: it follows.
  useEffect(() => {
    if (geometry === drawn.current) return
    drawn.current = geometry
    setCorners(geometry ? cornersOf(geometry) : [])
  }, [geometry])

  useEffect(() => {
    if (map.current?.getSource('area')) show(map.current, corners)
    const next = polygonOf(corners)
    if (next === drawn.current) return
    drawn.current = next
    change(next)
  }, [corners, change])

  return (
    <div>
      <section ref={place} className={styles.areaMap} aria-label={t('sharing.area.map')} />
      <div className={styles.areaBar}>
        <span className={styles.quiet}>
          {corners.length < 3 ? t('sharing.area.draw') : t('sharing.area.corners', { count: corners.length })}
        </span>
        <button
          type="button"
          className={controls.quiet}
          disabled={corners.length === 0}
          onClick={() => setCorners(corners.slice(0, -1))}
        >
          {t('sharing.area.undo')}
        </button>
        <button
          type="button"
          className={controls.quiet}
          disabled={corners.length === 0}
          onClick={() => setCorners([])}
        >
          {t('sharing.area.clear')}
        </button>
      </div>
    </div>
  )
}

function addArea(map: MapLibreMap, palette: Palette): void {
  map.addSource('area', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
  const area = { source: 'area' }
  map.addLayer({
    id: 'area-fill',
    type: 'fill',
    ...area,
    paint: { 'fill-color': palette.blue, 'fill-opacity': 0.18 },
  })
  map.addLayer({
    id: 'area-line',
    type: 'line',
    ...area,
    paint: { 'line-color': palette.blue, 'line-width': 2 },
  })
  map.addLayer({
    id: 'area-corners',
    type: 'circle',
    ...area,
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-color': palette.blue,
      'circle-radius': 4,
      'circle-stroke-color': palette.halo,
      'circle-stroke-width': 1.5,
    },
  })
}

function show(map: MapLibreMap, corners: readonly Corner[]): void {
  const ring = corners.length > 2 ? [...corners, corners[0]!] : corners
  const feature = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({
    type: 'Feature',
    geometry,
    properties: {},
  })
  map.getSource<GeoJSONSource>('area')?.setData({
    type: 'FeatureCollection',
    features: [
      ...(corners.length > 2 ? [feature({ type: 'Polygon', coordinates: [[...ring]] })] : []),
      ...(corners.length === 2 ? [feature({ type: 'LineString', coordinates: [...ring] })] : []),
      ...corners.map((corner) => feature({ type: 'Point', coordinates: corner })),
    ],
  })
}
