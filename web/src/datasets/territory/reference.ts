/** Communes as a reference dataset tells them: any with the id `communes`, an INSEE code, a name and a shape. */
import type { Dataset, Field } from '../explore-answers.ts'
import { nameText, textLiteral } from '../odsql-text.ts'

export const communesId = 'communes'

export interface Reference {
  code: string
  name: string
  shape: string
}

const codeName = /^(code|insee|code_?insee|insee_?com|com_?code|code_?commune|codgeo|depcom)$/i
const titleName = /^(nom|name|nom_?com|nom_?commune|libelle|libgeo|com_?name|commune)$/i

/** Which fields say what; undefined when one is missing. */
export function referenceOf({ fields }: Pick<Dataset, 'fields'>): Reference | undefined {
  const find = (passes: (field: Field) => boolean) => fields.find(passes)?.name
  const code = find(({ name }) => codeName.test(name))
  const name = find((field) => titleName.test(field.name) && field.type === 'text')
  const shape = find(({ type }) => type === 'geo_shape')
  return code && name && shape ? { code, name, shape } : undefined
}

type Position = readonly number[]
export type Area =
  | { type: 'Polygon'; coordinates: readonly (readonly Position[])[] }
  | { type: 'MultiPolygon'; coordinates: readonly (readonly (readonly Position[])[])[] }

/** A metre, the fifth decimal of a degree, is as fine as outlines of communes are. */
const degrees = (value: number | undefined) => String(Math.round((value ?? 0) * 1e5) / 1e5)

/** Well-known text of an area: a third shorter than GeoJSON, and addresses have an end. */
export function wellKnownText({ type, coordinates }: Area): string {
  const ring = (positions: readonly Position[]) =>
    `(${positions.map(([lon, lat]) => `${degrees(lon)} ${degrees(lat)}`).join(',')})`
  const polygon = (rings: readonly (readonly Position[])[]) => `(${rings.map(ring).join(',')})`
  return type === 'Polygon'
    ? `POLYGON${polygon(coordinates)}`
    : `MULTIPOLYGON(${coordinates.map(polygon).join(',')})`
}

/** The condition that keeps what lies in an area. */
export const withinArea = (field: Field, area: Area): string =>
  `within(${nameText(field.name)}, geom'${wellKnownText(area)}')`

/** `13055`, `2A004`: what metadata write for a commune. */
export const isInseeCode = (word: string): boolean => /^(\d{2}|2[AB])\d{3}$/.test(word)

export const isCode = ({ code }: Reference, value: string): string =>
  `${nameText(code)} = ${textLiteral(value)}`
