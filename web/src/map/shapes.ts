import type { LiveVessel, VesselCategory } from '../../../src/vessels/schema.ts'
import { categories } from '../vessels/address.ts'
import { directionOf, isDistress, sizeClassOf } from '../vessels/rules.ts'
import type { Palette } from './palette.ts'

/**
 * The marks of the map. Colour says the type, shape the state, hollow means old, so that neither colour nor
 * size speaks alone.
 */
export const shapes = [
  'way',
  'way-old',
  'drift',
  'drift-old',
  'moored',
  'moored-old',
  'anchored',
  'anchored-old',
] as const
export type Shape = (typeof shapes)[number]

/** Marks with one colour whatever the type. */
export const specialShapes = ['distress', 'aircraft', 'aid', 'station', 'selection', 'hover'] as const
export type SpecialShape = (typeof specialShapes)[number]

export const cellPx = 64
export const atlasColumns = shapes.length
export const atlasRows = categories.length + 1

export interface Mark {
  column: number
  row: number
  /** Degrees from north; 0 for marks that do not turn. */
  angleDeg: number
  /** Width of the cell on screen, CSS pixels, at full scale. */
  sizePx: number
}

const sizePx = { unknown: 20, small: 18, medium: 23, large: 28, giant: 33 }

/** Which mark stands for a vessel. */
export function markOf(vessel: LiveVessel): Mark {
  if (isDistress(vessel)) return special('distress', 40)
  if (vessel.kind === 'sar-aircraft') return special('aircraft', 32, directionOf(vessel) ?? 0)
  if (vessel.kind === 'aid-to-navigation') return special('aid', 20)
  if (vessel.kind === 'coast-station') return special('station', 22)
  const direction = directionOf(vessel)
  const base =
    vessel.state === 'moored'
      ? 'moored'
      : vessel.state === 'anchored'
        ? 'anchored'
        : direction === null
          ? 'drift'
          : 'way'
  const shape: Shape = vessel.stale ? `${base}-old` : base
  return {
    column: shapes.indexOf(shape),
    row: categories.indexOf(vessel.category),
    // A square that turns would pass for the diamond of a drifting vessel.
    angleDeg: base === 'way' ? (direction ?? 0) : 0,
    sizePx: sizePx[sizeClassOf(vessel)] * (base === 'way' ? 1.15 : 0.85),
  }
}

export const special = (shape: SpecialShape, size: number, angleDeg = 0): Mark => ({
  column: specialShapes.indexOf(shape),
  row: categories.length,
  angleDeg,
  sizePx: size,
})

/** Draws all marks into one picture: a row per type, a column per shape, the special marks below. */
export function drawAtlas(palette: Palette): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = cellPx * atlasColumns
  canvas.height = cellPx * atlasRows
  const pen = canvas.getContext('2d')!
  const at = (column: number, row: number, draw: () => void) => {
    pen.save()
    pen.translate((column + 0.5) * cellPx, (row + 0.5) * cellPx)
    pen.lineJoin = 'round'
    draw()
    pen.restore()
  }
  categories.forEach((category: VesselCategory, row) => {
    shapes.forEach((shape, column) => {
      at(column, row, () => drawShape(pen, shape, palette.type[category], palette))
    })
  })
  specialShapes.forEach((shape, column) => {
    at(column, categories.length, () => drawSpecial(pen, shape, palette))
  })
  return canvas
}

/** Fills `path` with colour and a rim of halo, or leaves it hollow. */
function paint(pen: CanvasRenderingContext2D, colour: string, halo: string, isOld: boolean) {
  pen.strokeStyle = halo
  pen.lineWidth = isOld ? 12 : 7
  pen.stroke()
  if (isOld) {
    pen.fillStyle = halo
    pen.fill()
    pen.strokeStyle = colour
    pen.lineWidth = 5
    pen.stroke()
  } else {
    pen.fillStyle = colour
    pen.fill()
  }
}

function drawShape(pen: CanvasRenderingContext2D, shape: Shape, colour: string, palette: Palette) {
  const isOld = shape.endsWith('-old')
  pen.beginPath()
  switch (shape.replace('-old', '')) {
    case 'way':
      pen.moveTo(0, -25)
      pen.lineTo(14, 20)
      pen.lineTo(0, 13)
      pen.lineTo(-14, 20)
      pen.closePath()
      break
    case 'drift':
      pen.moveTo(0, -15)
      pen.lineTo(15, 0)
      pen.lineTo(0, 15)
      pen.lineTo(-15, 0)
      pen.closePath()
      break
    case 'moored':
      pen.roundRect(-14, -14, 28, 28, 6)
      break
    default:
      drawRing(pen, colour, palette.halo, isOld)
      return
  }
  paint(pen, colour, palette.halo, isOld)
}

function drawRing(pen: CanvasRenderingContext2D, colour: string, halo: string, isOld: boolean) {
  pen.arc(0, 0, 13, 0, 2 * Math.PI)
  pen.strokeStyle = halo
  pen.lineWidth = 15
  pen.stroke()
  pen.fillStyle = halo
  pen.fill()
  pen.strokeStyle = colour
  pen.lineWidth = isOld ? 4 : 8
  if (isOld) pen.setLineDash([7, 6])
  pen.stroke()
}

function drawSpecial(pen: CanvasRenderingContext2D, shape: SpecialShape, palette: Palette) {
  pen.beginPath()
  switch (shape) {
    case 'distress':
      // A ringed cross: no ship looks like it, in any colour.
      pen.arc(0, 0, 24, 0, 2 * Math.PI)
      pen.fillStyle = palette.halo
      pen.fill()
      pen.strokeStyle = palette.coral
      pen.lineWidth = 7
      pen.stroke()
      pen.beginPath()
      pen.moveTo(-11, -11)
      pen.lineTo(11, 11)
      pen.moveTo(11, -11)
      pen.lineTo(-11, 11)
      pen.lineWidth = 8
      pen.lineCap = 'round'
      pen.stroke()
      return
    case 'aircraft':
      pen.moveTo(0, -24)
      pen.lineTo(5, -8)
      pen.lineTo(26, 4)
      pen.lineTo(5, 3)
      pen.lineTo(4, 14)
      pen.lineTo(11, 21)
      pen.lineTo(-11, 21)
      pen.lineTo(-4, 14)
      pen.lineTo(-5, 3)
      pen.lineTo(-26, 4)
      pen.lineTo(-5, -8)
      pen.closePath()
      paint(pen, palette.coral, palette.halo, false)
      return
    case 'aid':
      pen.moveTo(0, -14)
      pen.lineTo(10, 0)
      pen.lineTo(0, 14)
      pen.lineTo(-10, 0)
      pen.closePath()
      paint(pen, palette.ochre, palette.halo, true)
      return
    case 'station':
      pen.moveTo(0, -16)
      pen.lineTo(11, 14)
      pen.moveTo(0, -16)
      pen.lineTo(-11, 14)
      pen.moveTo(-6, 3)
      pen.lineTo(6, 3)
      pen.strokeStyle = palette.halo
      pen.lineWidth = 11
      pen.stroke()
      pen.strokeStyle = palette.ink2
      pen.lineWidth = 4.5
      pen.stroke()
      return
    default:
      pen.arc(0, 0, 27, 0, 2 * Math.PI)
      pen.strokeStyle = shape === 'selection' ? palette.ink : palette.ink2
      pen.lineWidth = shape === 'selection' ? 3.5 : 2
      pen.stroke()
  }
}
