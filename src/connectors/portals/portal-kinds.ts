/** The portals that can be imported, and how one is recognised. */
import { LacydonError, unavailable } from '../../errors.ts'
import type { Connector, Reading } from '../contract.ts'
import { readAddress } from './address.ts'
import { ckan } from './ckan.ts'
import { dcat } from './dcat.ts'
import { opendatasoft } from './opendatasoft.ts'
import { udata } from './udata.ts'

export const portalConnectors: readonly Connector[] = [opendatasoft, udata, ckan, dcat]

/** Throws `unavailable` for a kind that is none. */
export function portalConnector(id: string): Connector {
  const found = portalConnectors.find((connector) => connector.id === id)
  if (!found)
    throw unavailable(
      `“${id}” is no kind of portal.`,
      `Write one of ${portalConnectors.map((connector) => connector.id).join(', ')}.`,
    )
  return found
}

/** What an address says by itself. */
const signs: [RegExp, string][] = [
  [/\/api\/(explore|records|datasets)\/(v\d|\d)/, 'opendatasoft'],
  [/\/api\/3\b|package_search/, 'ckan'],
  [/\/api\/[12]\/datasets|(^|\.)data\.gouv\.fr\/(fr\/)?(organizations|datasets)?/, 'udata'],
  [/\.(ttl|rdf|jsonld|xml|n3)$/, 'dcat'],
]

/**
 * The connector of a portal: by its address, else by asking as each of them would. Throws `unavailable` that says in
 * one sentence why none can read it.
 */
export async function recognise(
  address: string,
  { outbound, signal }: Pick<Reading<unknown>, 'outbound' | 'signal'>,
): Promise<Connector> {
  const url = readAddress(address)
  outbound.check(url)
  const sign = signs.find(([pattern]) => pattern.test(url.host + url.pathname))
  const others = portalConnectors.filter(({ id }) => id !== sign?.[1])
  for (const connector of sign ? [portalConnector(sign[1]), ...others] : others)
    try {
      await connector.test({ config: { address }, outbound, signal })
      return connector
    } catch (error) {
      if (!(error instanceof LacydonError)) throw error
      // The same host gives the same reason to all of them.
      if (/^(outbound_refused|cancelled)$/.test(error.code)) throw error
      if (error.code === 'outbound_failed' && !/web page|something else/.test(error.message))
        throw unreachable(url.host, error)
    }
  throw unavailable(
    `${url.host} answers, but as none of the portals that can be read (${portalConnectors.map(({ id }) => id).join(', ')}).`,
    'Give the address of its catalogue, such as …/catalog.ttl.',
  )
}

/** A failure of the connection as a sentence about the portal. */
export const unreachable = (host: string, { message }: LacydonError): LacydonError =>
  unavailable(
    `${host} cannot be reached: ${message.replace(/^No answer: /, '').replace(/\.$/, '')}.`,
    'See that this machine has internet and that the address is right.',
  )
