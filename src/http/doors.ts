/** What every route says of itself before the server starts: to what it is a door, and for whom. */
import type { FastifyRequest, RouteOptions } from 'fastify'
import type { Action, OrganisationRole, PlatformRole } from './principal.ts'

/** Who may come in where no dataset decides: anybody signed in, or a role. */
export type AccountNeed = 'signed-in' | OrganisationRole | PlatformRole

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
  | { account: AccountNeed; dataset?: string }
  | { public: string }

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The server does not start while a route has none. */
    door?: Door
  }
}

export interface DeclaredDoor {
  /** Upper case, several when one registration serves several. */
  methods: readonly string[]
  url: string
  door: Door
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
    }))
  }
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
