import { type Static, Type } from 'typebox'

export const QualityPart = Type.Object({
  name: Type.Union([
    Type.Literal('filled'),
    Type.Literal('accepted'),
    Type.Literal('fresh'),
    Type.Literal('described'),
    Type.Literal('licence'),
    Type.Literal('told'),
  ]),
  weight: Type.Number(),
  /** 0 to 1; null where it cannot be judged. */
  share: Type.Union([Type.Number(), Type.Null()]),
})
export type QualityPart = Static<typeof QualityPart>

export const Quality = Type.Object({
  datasetId: Type.String(),
  /** 0 to 100. */
  score: Type.Integer(),
  parts: Type.Array(QualityPart),
})
export type Quality = Static<typeof Quality>
