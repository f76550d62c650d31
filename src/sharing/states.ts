/** Which step follows which, and who may take it. Names are those of the Dataspace Protocol 2025-1. Pure. */
import { conflict, LacydonError } from '../errors.ts'
import type { AgreementState, RequestState } from './schema.ts'

/** Consumer, who asks for data, or provider, who has them. */
export type Side = 'consumer' | 'provider'
type Steps<State extends string> = Partial<Record<State, Partial<Record<State, readonly Side[]>>>>

const C = ['consumer'] as const
const P = ['provider'] as const
const both = ['consumer', 'provider'] as const

export const agreementSteps: Steps<AgreementState | 'start'> = {
  start: { REQUESTED: C, OFFERED: P },
  REQUESTED: { OFFERED: P, AGREED: P, TERMINATED: both },
  OFFERED: { REQUESTED: C, ACCEPTED: C, TERMINATED: both },
  ACCEPTED: { AGREED: P, TERMINATED: P },
  AGREED: { VERIFIED: C, TERMINATED: C },
  VERIFIED: { FINALIZED: P, TERMINATED: P },
}

export const transferStates = ['REQUESTED', 'STARTED', 'COMPLETED', 'SUSPENDED', 'TERMINATED'] as const
export type TransferState = (typeof transferStates)[number]
export const transferSteps: Steps<TransferState | 'start'> = {
  start: { REQUESTED: C },
  REQUESTED: { STARTED: P, TERMINATED: both },
  STARTED: { COMPLETED: both, SUSPENDED: both, TERMINATED: both },
  SUSPENDED: { STARTED: both, TERMINATED: both },
}

export const requestSteps: Steps<RequestState | 'start'> = {
  start: { draft: C },
  draft: { submitted: C },
  submitted: { questions: P, approved: P, refused: P },
  questions: { submitted: C, approved: P, refused: P },
}

/** Throws 409 `conflict` for a step that does not follow, 403 for one that the other side takes. */
export function checkStep<State extends string>(
  steps: Steps<State>,
  from: State,
  to: State,
  side: Side,
): void {
  const sides = steps[from]?.[to]
  if (!sides) throw conflict(`From ${from} nothing leads to ${to}.`, followersOf(steps, from))
  if (!sides.includes(side))
    throw new LacydonError(
      'forbidden',
      403,
      `The ${sides.join(' or ')} takes the step from ${from} to ${to}.`,
    )
}

const followersOf = <State extends string>(steps: Steps<State>, from: State): string =>
  `Next can be: ${Object.keys(steps[from] ?? {}).join(', ') || 'nothing, it is final'}.`

/** All steps of a licence that is accepted by a click, in order, each with who takes it. */
export const clickThrough: readonly { to: AgreementState; side: Side }[] = [
  { to: 'OFFERED', side: 'provider' },
  { to: 'ACCEPTED', side: 'consumer' },
  { to: 'AGREED', side: 'provider' },
  { to: 'VERIFIED', side: 'consumer' },
  { to: 'FINALIZED', side: 'provider' },
]

/** Submitted and unanswered past its time: computed, never stored. */
export const isRequestExpired = (state: RequestState, expiresAt: string, at: string): boolean =>
  (state === 'submitted' || state === 'questions') && expiresAt <= at
