/** What every route says of itself before the server starts: to what it is a door, and for whom. */
import type { FastifyRequest, RouteOptions } from 'fastify'
import { LacydonError } from '../errors.ts'
import { loginRequired, notAllowed } from './abilities.ts'
import {
  type Action,
  type OrganisationRole,
  type PlatformRole,
  type Principal,
  platformRoles,
} from './principal.ts'
import type { WriteRule } from './writes.ts'

/**
 * Who may come in where no dataset decides: anybody signed in, who acts for an organisation, who has a role in it or on
 * the platform, or the command line of this machine alone.
 */
export type AccountNeed = 'signed-in' | 'member' | 'machine' | OrganisationRole | PlatformRole

/**
 * One of the needs is enough. `dataset`, `organisation`: the parameter that names it; roles are then those of the
 * organisation that owns it, or of that one. `byPerson`: no key does it, whatever its scopes. `makes`: a dataset that is
 * not there is made.
 */
export interface AccountDoor {
  account: AccountNeed | readonly AccountNeed[]
  dataset?: string
  organisation?: string
  byPerson?: true
  makes?: true
}

/**
 * A door. Those with an `action` lead to datasets and are decided and logged dataset by dataset; `account` doors ask
 * for a role (of the organisation that owns the dataset, when one is named); `public` ones hold no data and say why.
 */
export type Door =
  /** `dataset`: the parameter of the path, the address or the form that names it, or several of them. */
  | { action: Action; dataset: string }
  /** Ids that the route itself knows. */
  | { action: Action; datasets: readonly string[] }
  /** The list of what one may know of: each record is decided, none is an access to its rows. */
  | { action: 'discover'; catalogue: true }
  | AccountDoor
  | { public: string }

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The server does not start while a route has none. */
    door?: Door
  }
  interface FastifyRequest {
    /** Sits at the machine while nobody has an account: may then do what stewards of the platform's own data may. */
    isOperator: boolean
  }
}

export interface DeclaredDoor {
  /** Upper case, several when one registration serves several. */
  methods: readonly string[]
  url: string
  door: Door
  write: WriteRule
}

type Routes = Pick<RouteOptions, 'method' | 'url' | 'config'>

/** Collects the routes of a server as they are registered. */
export class Doors {
  readonly #routes: Routes[] = []

  /** For `onRoute`. The door itself is read later: a hook of an inner scope may still declare it. */
  readonly note = (route: Routes): void => {
    this.#routes.push(route)
  }

  /** Every door there is. Throws a plain error that names the routes without one: a mistake in the program. */
  declared(): DeclaredDoor[] {
    const without = this.#routes.filter(({ config }) => !config?.door)
    if (without.length > 0)
      throw new Error(
        `Routes that declare no door: ${without.map(({ method, url }) => `${method} ${url}`).join(', ')}. ` +
          'Write config: { door: … } where they are registered.',
      )
    return this.#routes.map(({ method, url, config }) => ({
      methods: [method].flat().map((name) => name.toUpperCase()),
      url,
      door: config!.door!,
      write: config!.write ?? 'data',
    }))
  }
}

/** Whether a principal is one of those for whom an account door is there, whatever dataset it may name. */
export function admits(
  principal: Principal,
  { account, organisation, byPerson }: AccountDoor,
  params: unknown,
): boolean {
  if (principal.kind === 'service') return principal.name === 'local'
  if (principal.kind === 'anonymous') return false
  const named = organisation === undefined ? undefined : textsAt(params, organisation)?.[0]
  const isInside =
    principal.organisation !== null && (organisation === undefined || principal.organisation === named)
  return [account].flat().some((need) => {
    // A key loads for its organisation and manages nothing; one for some datasets makes no others.
    if (principal.kind === 'key')
      return (
        !byPerson &&
        need === 'steward' &&
        isInside &&
        isSteward(principal) &&
        principal.scopes.includes('load') &&
        principal.datasets === null
      )
    if (need === 'signed-in') return true
    if (need === 'machine') return false
    if (isPlatformRole(need)) return principal.platformRoles.includes(need)
    if (!isInside) return false
    return need === 'member' || principal.role === need || (need === 'steward' && isSteward(principal))
  })
}

/** An administrator may do what a steward may. */
const isSteward = ({ role }: { role: OrganisationRole | null }) => role === 'steward' || role === 'admin'
const isPlatformRole = (need: AccountNeed): need is PlatformRole =>
  (platformRoles as readonly string[]).includes(need)

/**
 * What to throw at an account door to a dataset, from what is to be thrown at whoever is no steward of it; null: come in.
 * Who merely has to be signed in has to know of the dataset too.
 */
export function denialAt(
  door: AccountDoor,
  { principal, isOperator }: Pick<FastifyRequest, 'principal' | 'isOperator'>,
  denial: Error | null,
): Error | null {
  const isHidden = denial instanceof LacydonError && denial.status === 404
  if (principal.kind === 'anonymous') return isHidden || (isOperator && !denial) ? denial : loginRequired()
  const needs = [door.account].flat()
  if (admits(principal, { account: needs.filter(isPlatformRole) }, undefined)) return null
  if (!isHidden && principal.kind === 'user' && needs.includes('signed-in')) return null
  // Its stewards are no reason to come in where the door is not for them.
  const isForIts = needs.includes('steward') && !(door.byPerson && principal.kind === 'key')
  return denial ?? (isForIts || principal.kind === 'service' ? null : notAllowed())
}

/**
 * Lets a request through an account door where no dataset decides. Throws 401 or 403.
 * While nobody has an account, whoever sits at the machine is its steward.
 */
export function guardAccountDoor({
  routeOptions,
  principal,
  params,
  isOperator,
}: Pick<FastifyRequest, 'routeOptions' | 'principal' | 'params' | 'isOperator'>): void {
  const door = routeOptions?.config?.door
  if (!door || !('account' in door)) return
  if (admits(principal, door, params)) return
  if (principal.kind !== 'anonymous') throw notAllowed()
  if (isOperator && [door.account].flat().includes('steward')) return
  throw loginRequired()
}

/** More datasets than this in one request are not looked at: the route refuses such a list itself. */
const maxDatasets = 100
/** Longer is no id of a dataset, and does not become one in a log. */
const idPattern = /^[a-z0-9][a-z0-9_-]{0,99}$/i

/** The ids of datasets that a request names by its door, each once. An id that cannot be one is left out. */
export function datasetsOf(door: Door, request: Pick<FastifyRequest, 'params' | 'query' | 'body'>): string[] {
  if ('datasets' in door) return [...door.datasets]
  if (!('dataset' in door) || door.dataset === undefined) return []
  const name = door.dataset
  const given = textsAt(request.params, name) ?? [
    ...(textsAt(request.query, name) ?? []),
    ...(textsAt(request.body, name) ?? []),
  ]
  const ids = given.flatMap((text) => text.split(',', maxDatasets)).map((text) => text.split('@')[0]!.trim())
  return [...new Set(ids.filter((id) => idPattern.test(id)))].slice(0, maxDatasets)
}

/** Values of a name in parameters, in an object of JSON, or in a form that is still text. */
function textsAt(given: unknown, name: string): string[] | undefined {
  if (typeof given === 'string') return new URLSearchParams(given).getAll(name)
  if (typeof given !== 'object' || given === null || !Object.hasOwn(given, name)) return undefined
  const value: unknown = (given as Record<string, unknown>)[name]
  return [value].flat().filter((text) => typeof text === 'string')
}
