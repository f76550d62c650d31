import { describe, expect, it } from 'vitest'
import { loadLandMask } from './land-mask.ts'

describe('loadLandMask', () => {
  const isOnLand = loadLandMask()

  it.each([
    ['Étoile massif', 5.48, 43.39],
    ['Aix-en-Provence', 5.45, 43.53],
    ['Camargue', 4.45, 43.55],
  ])('knows land: %s', (_name, lon, lat) => expect(isOnLand(lon, lat)).toBe(true))

  it.each([
    ['Rade de Marseille', 5.32, 43.32],
    ['Golfe de Fos', 4.93, 43.38],
    ['Étang de Berre', 5.1, 43.46],
    ['Rhône at Port-Saint-Louis', 4.81, 43.395],
    ['high sea', 5, 43],
    ['far away', -40, 30],
    ['on the shore of the Vieux-Port, in doubt', 5.366, 43.2945],
  ])('keeps ships afloat: %s', (_name, lon, lat) => expect(isOnLand(lon, lat)).toBe(false))
})
