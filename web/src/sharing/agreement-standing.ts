/** Where an agreement stands, as people ask it. Pure. */
import type { Agreement } from '../../../src/sharing/schema.ts'

export type AgreementStanding =
  | 'asked'
  | 'offered'
  | 'accepted'
  | 'closing'
  | 'inForce'
  | 'expired'
  | 'suspended'
  | 'revoked'
  | 'superseded'
  | 'ended'

export function agreementStanding(
  { state, validity, expiresAt }: Pick<Agreement, 'state' | 'validity' | 'expiresAt'>,
  now: string,
): AgreementStanding {
  switch (state) {
    case 'REQUESTED':
      return 'asked'
    case 'OFFERED':
      return 'offered'
    case 'ACCEPTED':
      return 'accepted'
    case 'AGREED':
    case 'VERIFIED':
      return 'closing'
    case 'TERMINATED':
      return 'ended'
    case 'FINALIZED':
      if (validity !== 'active') return validity
      return expiresAt !== null && expiresAt <= now ? 'expired' : 'inForce'
  }
}

/** The steps that a side can take, by the names of the protocol; accepting is apart, since it names the text. */
export function nextSteps(
  state: Agreement['state'],
  side: 'consumer' | 'provider',
): ('OFFERED' | 'AGREED' | 'VERIFIED' | 'FINALIZED' | 'TERMINATED')[] {
  const isProvider = side === 'provider'
  switch (state) {
    case 'REQUESTED':
      return isProvider ? ['OFFERED', 'AGREED', 'TERMINATED'] : ['TERMINATED']
    case 'OFFERED':
      return ['TERMINATED']
    case 'ACCEPTED':
      return isProvider ? ['AGREED', 'TERMINATED'] : []
    case 'AGREED':
      return isProvider ? [] : ['VERIFIED', 'TERMINATED']
    case 'VERIFIED':
      return isProvider ? ['FINALIZED', 'TERMINATED'] : []
    default:
      return []
  }
}
