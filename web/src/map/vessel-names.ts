import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl'
import { lengthOf } from '../vessels/rules.ts'
import { type MovingVessel, positionAt } from './vessel-layer.ts'

interface Shown {
  key: string
}

/** Smaller is placed first, when names collide: the selected, then the longest, moving before still. */
function priority({ vessel }: MovingVessel, isSelected: boolean): number {
  if (isSelected) return -1000
  return -(lengthOf(vessel) ?? 15) - (vessel.state === 'under-way' ? 40 : 0) + (vessel.stale ? 60 : 0)
}

/** Zoom from which a vessel is worth naming; collisions thin out the rest. */
const minZoomOf = ({ vessel }: MovingVessel) => {
  if (vessel.name === null) return 12
  const lengthM = lengthOf(vessel) ?? 0
  return lengthM >= 100 ? 7 : vessel.state === 'under-way' ? 8 : 10
}

/** The names beside the vessels, kept up to date by difference: only what moved or changed is sent on. */
export class VesselNames {
  private readonly map: MapLibreMap
  private shown = new Map<number, Shown>()

  constructor(map: MapLibreMap) {
    this.map = map
  }

  /** The map lost what it was told: tell it all again. */
  forget(): void {
    this.shown.clear()
  }

  show(
    vessels: readonly MovingVessel[],
    nowMs: number,
    selected: number | undefined,
    hovered: number | undefined,
  ): void {
    const source = this.map.getSource<GeoJSONSource>('vessel-names')
    if (!source) return
    const before = this.shown
    this.shown = new Map()
    const add: GeoJSON.Feature[] = []
    for (const moving of vessels) {
      const { vessel } = moving
      const name = vessel.name ?? String(vessel.mmsi)
      const [lon, lat] = positionAt(moving, nowMs)
      const isChosen = vessel.mmsi === selected || vessel.mmsi === hovered
      // A twentieth of a pixel at zoom 12 is two metres: less is not worth a word.
      const key = `${lon.toFixed(5)} ${lat.toFixed(5)} ${name} ${isChosen} ${vessel.stale} ${vessel.state}`
      this.shown.set(vessel.mmsi, { key })
      if (before.get(vessel.mmsi)?.key === key) continue
      add.push({
        type: 'Feature',
        id: vessel.mmsi,
        properties: {
          name,
          priority: priority(moving, isChosen),
          minZoom: isChosen ? 0 : minZoomOf(moving),
          chosen: isChosen,
          old: vessel.stale,
        },
        geometry: { type: 'Point', coordinates: [lon, lat] },
      })
    }
    const remove = [...before.keys()].filter((mmsi) => !this.shown.has(mmsi))
    // Adding an id that exists replaces it.
    if (add.length > 0 || remove.length > 0) source.updateData({ add, remove })
  }
}
