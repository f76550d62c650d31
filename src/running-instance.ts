/** How the command line speaks with an instance: by the local token of its folder, or by an API key. */
import { localAuthorization, readLocalAccess } from './accounts/local-access.ts'
import { readConfig } from './config.ts'

export interface RunningInstance {
  address: string
  /** Names itself to that address alone. */
  fetch: typeof fetch
}

const originOf = (address: string) => (URL.canParse(address) ? new URL(address).origin : address)

/**
 * The instance at `at`, or else the one that runs on the data folder; undefined when none answers there. What an
 * instance left behind that did not end well is not believed.
 */
export async function findInstance(
  settings: string[],
  at: string | undefined,
  ask: typeof fetch = fetch,
): Promise<RunningInstance | undefined> {
  const { dataDir } = readConfig(process.env, settings, process.cwd())
  const local = readLocalAccess(dataDir)
  if (at !== undefined) {
    const isLocal = local !== undefined && originOf(local.address) === originOf(at)
    const key = process.env.LACYDON_KEY
    if (isLocal) return { address: at, fetch: naming(ask, localAuthorization(local)) }
    return { address: at, fetch: key === undefined ? ask : naming(ask, `Apikey ${key}`) }
  }
  if (!local) return undefined
  const instance = { address: local.address, fetch: naming(ask, localAuthorization(local)) }
  const answer = await instance
    .fetch(`${local.address}/api/v1/session`, { redirect: 'error' })
    .catch(() => undefined)
  return answer?.ok ? instance : undefined
}

const naming =
  (ask: typeof fetch, authorization: string): typeof fetch =>
  (input, init) =>
    ask(input, { ...init, headers: { ...(init?.headers as Record<string, string>), authorization } })
