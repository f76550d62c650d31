import placesCsv from '../../../data/geo/places.csv?raw'
import type { Language } from '../ui/language.ts'
import { type Place, parsePlaces } from './place.ts'

/** The place names of data/geo/places.csv. */
export const places: readonly Place[] = parsePlaces(placesCsv)

export const nameOf = (place: Place, language: Language) => (language === 'fr' ? place.nameFr : place.nameEn)
