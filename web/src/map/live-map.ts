import type { GeoJSONSource, Map as MapLibreMap, ScaleControl } from 'maplibre-gl'
import type { Language } from '../ui/language.ts'
import type { Viewport } from '../vessels/address.ts'
import type { Box } from '../vessels/rules.ts'
import { maplibregl } from './library.ts'
import { overlayColours, overlayLayers, overlaySources } from './overlays.ts'
import { readPalette } from './palette.ts'
import { places } from './places.ts'
import { baseColours, baseStyle, nameLayers, placesData } from './style.ts'
import { type MovingVessel, positionAt, VesselLayer } from './vessel-layer.ts'
import { VesselNames } from './vessel-names.ts'

export interface LiveMapEvents {
  /** The view came to rest (or moves: `isResting` false). */
  onView: (view: Box, viewport: Viewport, isResting: boolean) => void
  onSelect: (mmsi: number | undefined) => void
  onHover: (mmsi: number | undefined) => void
}

export interface LiveMapOptions {
  container: HTMLElement
  language: Language
  viewport: Viewport | undefined
  bounds: Box | undefined
  /** Height of what covers the bottom of the map. */
  bottomInsetPx: number
  events: LiveMapEvents
  isMotionReduced: boolean
  /** Texts of the library's own controls. */
  locale: Record<string, string>
}

/** Marseille and Fos: where to open when nothing was heard yet. */
const homeBounds: Box = [4.7, 43.1, 5.6, 43.5]
const fitting = { padding: 32, maxZoom: 13 }
/** The filters lie over the top of the map. */
const topInsetPx = 60
const pickPx = { mouse: 13, touch: 24 }
const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }

/** The map of the live page: base map, trails, track, vessels and their names; knows nothing of the page. */
export class LiveMap {
  readonly map: MapLibreMap
  private readonly layer: VesselLayer
  private readonly names: VesselNames
  private readonly scale: ScaleControl
  private readonly options: LiveMapOptions
  private vessels: readonly MovingVessel[] = []
  private selected: number | undefined
  private hovered: number | undefined
  private motionTimer = 0
  /** False before the layers are there and while the graphics processor is lost. */
  private isStanding = false

  /**
   * Resolves once the faces that the map writes with are loaded and the style stands; to nothing when `signal`
   * said before that nobody waits any more.
   */
  static async create(options: LiveMapOptions, signal: AbortSignal): Promise<LiveMap | undefined> {
    const faces = ['"Inter Medium"', '"Inter Semibold"', 'italic 400 24px "Inter Italic"']
    await Promise.allSettled(
      faces.map((face) => document.fonts.load(face.startsWith('italic') ? face : `500 24px ${face}`, 'Aé')),
    )
    if (signal.aborted) return undefined
    const live = new LiveMap(options)
    signal.addEventListener('abort', () => live.destroy())
    await live.map.once('load')
    if (signal.aborted) return undefined
    live.addLayers()
    return live
  }

  private constructor(options: LiveMapOptions) {
    this.options = options
    const palette = readPalette()
    this.layer = new VesselLayer(palette)
    const view = options.viewport
    this.map = new maplibregl.Map({
      container: options.container,
      style: baseStyle(palette, places, options.language),
      ...(view
        ? { center: [view.lon, view.lat] as [number, number], zoom: view.zoom }
        : {
            bounds: options.bounds ?? [4.7, 43.1, 5.6, 43.5],
            fitBoundsOptions: { padding: 48, maxZoom: 13 },
          }),
      locale: options.locale,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      maxZoom: 18.5,
      minZoom: 1,
      fadeDuration: options.isMotionReduced ? 0 : 150,
      localIdeographFontFamily: 'sans-serif',
    })
    this.map.setPadding({ top: topInsetPx, bottom: options.bottomInsetPx, left: 0, right: 0 })
    if (view) this.moveTo(view, false)
    else this.map.fitBounds(options.bounds ?? homeBounds, { ...fitting, animate: false })
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    this.map.addControl(new maplibregl.AttributionControl({ compact: true }), 'bottom-right')
    this.scale = new maplibregl.ScaleControl({ unit: 'nautical', maxWidth: 90 })
    this.map.addControl(this.scale, 'bottom-left')
    this.map.addControl(new maplibregl.NavigationControl({ showCompass: false }), 'top-right')
    this.names = new VesselNames(this.map)
    this.listen()
  }

  private addLayers(): void {
    const palette = readPalette()
    for (const layer of nameLayers(palette)) this.map.addLayer(layer)
    for (const [id, source] of Object.entries(overlaySources)) this.map.addSource(id, source)
    const firstName = nameLayers(palette)[0]!.id
    for (const layer of overlayLayers(palette)) {
      this.map.addLayer(layer, layer.type === 'symbol' ? undefined : firstName)
    }
    this.map.addLayer(this.layer, 'vessel-names')
    // What lies on top is placed first: a city keeps its name among many ships.
    this.map.moveLayer('names-city')
    this.isStanding = true
    this.recolour()
    this.chooseUnit()
    this.tellView(true)
  }

  private listen(): void {
    const { events } = this.options
    let isTold = false
    this.map.on('move', () => {
      if (isTold) return
      isTold = true
      requestAnimationFrame(() => {
        isTold = false
        this.tellView(false)
      })
    })
    this.map.on('moveend', () => this.tellView(true))
    this.map.on('click', (event) => {
      const isTouch =
        event.originalEvent instanceof PointerEvent && event.originalEvent.pointerType === 'touch'
      events.onSelect(this.pick(event.point.x, event.point.y, isTouch ? pickPx.touch : pickPx.mouse))
    })
    this.map.on('mousemove', (event) => {
      const mmsi = this.pick(event.point.x, event.point.y, pickPx.mouse)
      this.map.getCanvas().style.cursor = mmsi === undefined ? '' : 'pointer'
      if (mmsi !== this.hovered) events.onHover(mmsi)
    })
    this.map.on('mouseout', () => events.onHover(undefined))
    // The library restores its own layers after the graphics processor was lost, not ours.
    this.map.on('webglcontextlost', () => {
      this.isStanding = false
    })
    this.map.on('webglcontextrestored', () => {
      this.map.once('style.load', () => {
        this.map.addLayer(this.layer, 'vessel-names')
        this.map.moveLayer('names-city')
        this.isStanding = true
        this.names.forget()
        this.recolour()
        this.draw()
      })
    })
    this.map.on('zoomend', () => {
      this.keepMoving()
      this.chooseUnit()
    })
  }

  /** Along a quay one counts in metres. */
  private chooseUnit(): void {
    this.scale.setUnit(this.map.getZoom() > 12.5 ? 'metric' : 'nautical')
  }

  private tellView(isResting: boolean): void {
    this.options.events.onView(this.view(), this.viewport(), isResting)
  }

  /** The part of the map that nothing covers. */
  view(): Box {
    const { clientWidth, clientHeight } = this.map.getCanvas()
    const northWest = this.map.unproject([0, 0])
    const southEast = this.map.unproject([clientWidth, clientHeight - (this.map.getPadding().bottom ?? 0)])
    return [northWest.lng, southEast.lat, southEast.lng, northWest.lat]
  }

  setBottomInset(px: number): void {
    if (this.map.getPadding().bottom === px) return
    const padding = { top: topInsetPx, bottom: px, left: 0, right: 0 }
    this.map.easeTo({ padding, duration: this.options.isMotionReduced ? 0 : 160 })
  }

  viewport(): Viewport {
    const { lng, lat } = this.map.getCenter()
    return { lat, lon: lng, zoom: this.map.getZoom() }
  }

  /** Nearest vessel within `reachPx` of a point, or the one whose hull holds it. */
  pick(x: number, y: number, reachPx: number): number | undefined {
    const now = this.layer.clock()
    let best: number | undefined
    let bestPx = reachPx
    for (const moving of this.vessels) {
      const at = this.map.project(positionAt(moving, now))
      const distance = Math.hypot(at.x - x, at.y - y)
      if (distance < bestPx) {
        best = moving.vessel.mmsi
        bestPx = distance
      }
    }
    return best
  }

  /** What to draw from now on; `clock` says which instant is shown. */
  setVessels(vessels: readonly MovingVessel[], clock: () => number): void {
    this.vessels = vessels
    this.layer.clock = clock
    this.draw()
    this.keepMoving()
  }

  setSelected(mmsi: number | undefined): void {
    this.selected = mmsi
    this.draw()
  }

  setHovered(mmsi: number | undefined): void {
    if (mmsi === this.hovered) return
    this.hovered = mmsi
    this.draw()
  }

  private draw(): void {
    if (!this.isStanding) return
    this.layer.setVessels(this.vessels, this.selected, this.hovered)
    this.names.show(this.vessels, this.layer.clock(), this.selected, this.hovered)
  }

  /** Repaints as often as the fastest vessel needs to move by a third of a pixel. */
  private keepMoving(): void {
    clearTimeout(this.motionTimer)
    if (this.options.isMotionReduced || document.hidden) return
    const pixelsPerDegree = (512 * 2 ** this.map.getZoom()) / 360
    let fastest = 0
    for (const { velocity } of this.vessels)
      fastest = Math.max(fastest, Math.hypot(velocity.lon, velocity.lat))
    const perSecond = fastest * pixelsPerDegree * 3
    if (perSecond < 0.5) return
    this.motionTimer = window.setTimeout(() => {
      this.map.triggerRepaint()
      this.keepMoving()
    }, 1000 / Math.min(30, perSecond))
  }

  setFeatures(source: keyof typeof overlaySources, data: GeoJSON.FeatureCollection | undefined): void {
    if (this.isStanding) this.map.getSource<GeoJSONSource>(source)?.setData(data ?? empty)
  }

  setLanguage(language: Language): void {
    if (this.isStanding) this.map.getSource<GeoJSONSource>('places')?.setData(placesData(places, language))
  }

  /** After a change of theme: same style, new colours. */
  recolour(): void {
    if (!this.isStanding) return
    const palette = readPalette()
    for (const [layer, property, value] of [...baseColours(palette), ...overlayColours(palette)]) {
      if (this.map.getLayer(layer)) this.map.setPaintProperty(layer, property as never, value as never)
    }
    this.layer.setPalette(palette)
  }

  moveTo(viewport: Viewport, animate: boolean): void {
    const target = { center: [viewport.lon, viewport.lat] as [number, number], zoom: viewport.zoom }
    if (animate && !this.options.isMotionReduced) this.map.easeTo({ ...target, duration: 180 })
    else this.map.jumpTo(target)
  }

  fit(box: Box): void {
    this.map.fitBounds(box, { ...fitting, duration: this.options.isMotionReduced ? 0 : 180 })
  }

  private destroy(): void {
    clearTimeout(this.motionTimer)
    this.map.remove()
  }
}
