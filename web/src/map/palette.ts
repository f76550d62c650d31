import type { VesselCategory } from '../../../src/vessels/schema.ts'

/** The colours of tokens.css as the map needs them, read from the page so that there is one place for them. */
export interface Palette {
  sea: string
  land: string
  coast: string
  ink: string
  ink2: string
  halo: string
  water: string
  green: string
  coral: string
  blue: string
  ochre: string
  type: Record<VesselCategory, string>
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    sea: token('sea'),
    land: token('land'),
    coast: token('coast'),
    ink: token('ink'),
    ink2: token('ink-2'),
    halo: token('halo'),
    water: token('name-water'),
    green: token('green'),
    coral: token('coral'),
    blue: token('blue'),
    ochre: token('ochre'),
    type: {
      passenger: token('type-passenger'),
      cargo: token('type-cargo'),
      tanker: token('type-tanker'),
      fishing: token('type-fishing'),
      'tug-pilot': token('type-tug-pilot'),
      pleasure: token('type-pleasure'),
      service: token('type-service'),
      other: token('type-other'),
    },
  }
}
