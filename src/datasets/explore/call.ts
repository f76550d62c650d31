/** What every path is given, and how it is described. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Columnar } from '../../engines/columnar/columnar.ts'
import type { Principal } from '../../http/principal.ts'
import type { OdrlOffer } from '../../sharing/schema.ts'
import type { ExportWriters } from '../exports/writers.ts'
import type { VisibleFields } from './access.ts'
import type { AnswerCache } from './answer-cache.ts'
import type { Catalogue } from './catalogue.ts'
import { parametersOf, untilClientLeaves } from './door.ts'
import type { UseTotals } from './monitoring.ts'
import type { Parameters } from './parameters.ts'
import type { Asking } from './records.ts'
import type { Sources } from './sources.ts'

/** What every handler needs. */
export interface Explore {
  columnar: Columnar
  sources: Sources
  catalogue: Catalogue
  secret: string
  now: () => Date
  visibleFields: VisibleFields
  cache: AnswerCache
  writers: ExportWriters
  /** Use of each dataset by its id. */
  totalsOfUse(): Promise<ReadonlyMap<string, UseTotals>>
  /** How a dataset is shared, as far as somebody may know. */
  offersTo(principal: Principal, dataset: string, base: string): readonly OdrlOffer[]
  /** Address under which people reach this instance, without a slash at the end. */
  baseOf(request: FastifyRequest): string
}

/** One request. */
export interface Call {
  request: FastifyRequest
  reply: FastifyReply
  parameters: Parameters
  params: Record<string, string>
  asking: Asking
}

export type Handler = (call: Call) => unknown
/** Registers a path below the source, with what documents it. */
export type On = (path: string, summary: string, querystring: object, handler: Handler) => void

/** What costs something is made when it is first asked for: an answer from the cache asks for little. */
export function callOf(request: FastifyRequest, reply: FastifyReply, explore: Explore): Call {
  let signal: AbortSignal | undefined
  return {
    request,
    reply,
    parameters: parametersOf(request),
    params: request.params as Record<string, string>,
    asking: {
      columnar: explore.columnar,
      writers: explore.writers,
      secret: explore.secret,
      access: request.access,
      now: explore.now(),
      base: explore.baseOf(request),
      get signal() {
        signal ??= untilClientLeaves(reply)
        return signal
      },
    },
  }
}

/** Answers that name the present moment are made anew each time. */
export const isTimeless = (parameters: Parameters): boolean => !parameters.namesNow

export const text = (description: string) => Type.Optional(Type.String({ description }))
export const clauses = {
  select: text('Fields and expressions, ODSQL'),
  where: text('Conditions, ODSQL; several are ANDed'),
  group_by: text('Keys of groups, ODSQL'),
  order_by: text('Order, ODSQL'),
  refine: text('field:value'),
  exclude: text('field:value'),
  lang: text('Language of names and dates'),
  timezone: text('IANA time zone of datetimes'),
}
export const paging = {
  limit: Type.Optional(Type.Integer({ minimum: -1 })),
  offset: Type.Optional(Type.Integer({ minimum: 0 })),
  include_links: Type.Optional(Type.Boolean()),
  include_app_metas: Type.Optional(Type.Boolean()),
}
export const past = { at: text('A version (v12), a day or an instant: rows as they were') }
