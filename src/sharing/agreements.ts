/** Templates, agreements and data requests: who offers what, who accepted which text, and what follows from it. */
import { createHash, randomUUID } from 'node:crypto'
import { canonicalJson } from '../canonical-json.ts'
import { conflict, invalidInput, LacydonError, notFound } from '../errors.ts'
import type { Principal } from '../http/principal.ts'
import { checkOdrl } from './odrl.ts'
import { actorOf, requireSteward } from './policies.ts'
import type {
  Agreement,
  AgreementState,
  AgreementTemplate,
  DataRequest,
  DataRequestBody,
  HistoryStep,
  TemplateBody,
  Validity,
} from './schema.ts'
import type { DatasetAsked, Sharing } from './service.ts'
import {
  agreementSteps,
  checkStep,
  clickThrough,
  isRequestExpired,
  requestSteps,
  type Side,
} from './states.ts'
import type { SharingTrx } from './store.ts'

const dayMs = 86_400_000
const requestDays = 90

/** SHA-256 of the canonical JSON (RFC 8785) of what is agreed to, hex. */
export const termsHash = ({ title, text, odrl }: Pick<TemplateBody, 'title' | 'text' | 'odrl'>): string =>
  createHash('sha256').update(canonicalJson({ title, text, odrl })).digest('hex')

const forbidden = (message: string) => new LacydonError('forbidden', 403, message)

/** A steward or administrator who acts for an organisation. Throws 401 or 403. */
function signatory(principal: Principal): { organisation: string; user: string } {
  if (principal.kind === 'anonymous') throw new LacydonError('login_required', 401, 'Sign in first.')
  if (principal.kind !== 'user' || principal.organisation === null)
    throw forbidden('A person signs for an organisation.')
  if (principal.role !== 'admin' && principal.role !== 'steward')
    throw forbidden('Stewards and administrators sign for their organisation.')
  return { organisation: principal.organisation, user: principal.user }
}

const newAgreement = (
  dataset: string,
  organisation: string,
  { id, version }: AgreementTemplate,
  state: AgreementState,
): Agreement => ({
  id: `a_${randomUUID()}`,
  template: id,
  templateVersion: version,
  dataset,
  organisation,
  state,
  validity: 'active',
  acceptedBy: null,
  acceptedAt: null,
  sha256: null,
  expiresAt: null,
  version: 1,
})

export class Agreements {
  readonly #sharing: Sharing

  constructor(sharing: Sharing) {
    this.#sharing = sharing
  }

  /** A new template, or the next version of one. Throws 400 for ODRL outside of the profile, 403. */
  async publish(
    principal: Principal,
    id: string | undefined,
    body: TemplateBody,
  ): Promise<AgreementTemplate> {
    const { organisation } = signatory(principal)
    const last = id === undefined ? undefined : this.#sharing.state.templates.get(id)?.at(-1)
    if (id !== undefined && !last) throw notFound('agreement template', id)
    if (last && last.owner !== organisation) throw forbidden('Another organisation publishes this template.')
    checkOdrl(body.odrl)
    const template: AgreementTemplate = {
      id: last?.id ?? `t_${randomUUID()}`,
      version: (last?.version ?? 0) + 1,
      owner: organisation,
      ...body,
      sha256: termsHash(body),
      publishedAt: this.#sharing.now().toISOString(),
    }
    const key = `${template.id}@${template.version}`
    await this.#write(principal, '', `template:${template.id}`, `version ${template.version}`, (trx) =>
      this.#sharing.store.put(trx, 'sharing_template', key, template, null),
    )
    return template
  }

  /** The provider offers, or the consumer asks for, an agreement. */
  async open(
    principal: Principal,
    asked: DatasetAsked,
    wanted: { template: string; organisation: string },
  ): Promise<Agreement> {
    const { organisation } = signatory(principal)
    const side: Side = wanted.organisation === organisation ? 'consumer' : 'provider'
    if (side === 'provider') requireSteward(this.#sharing, principal, asked)
    else this.#sharing.require(principal, asked, 'discover')
    const template = this.#templateOf(wanted.template)
    // Only what a grant rests on can be asked for: other templates mean nothing for these data.
    const dataset = asked.definition.id
    const isUsed = (this.#sharing.state.grants.get(dataset) ?? []).some(
      ({ agreementTemplate }) => agreementTemplate === template.id,
    )
    if (!isUsed) throw invalidInput('No grant of these data rests on this template.')
    const state = side === 'provider' || template.clickThrough ? 'OFFERED' : 'REQUESTED'
    const agreement = newAgreement(dataset, wanted.organisation, template, state)
    checkStep(agreementSteps, 'start', state, state === 'OFFERED' ? 'provider' : side)
    await this.#write(principal, dataset, `agreement:${agreement.id}`, state, (trx) =>
      this.#sharing.store.put(trx, 'sharing_agreement', agreement.id, agreement, null),
    )
    return agreement
  }

  /**
   * The consumer accepts the text it names by its hash. Throws 409 when the text is another one meanwhile. A click-through
   * licence is final at once, with one line of history for each step.
   */
  async accept(principal: Principal, id: string, sha256: string): Promise<Agreement> {
    const before = this.#agreementOf(principal, id)
    const { organisation, user } = signatory(principal)
    if (before.organisation !== organisation) throw forbidden('The other party accepts.')
    const template = this.#templateOf(before.template)
    if (template.sha256 !== sha256 || template.version !== before.templateVersion)
      throw conflict('The text is another one than the one accepted.', 'Read it again.')
    checkStep(agreementSteps, before.state, 'ACCEPTED', 'consumer')
    const at = this.#sharing.now()
    const steps: AgreementState[] = template.clickThrough
      ? clickThrough.slice(1).map(({ to }) => to)
      : ['ACCEPTED']
    const agreement: Agreement = {
      ...before,
      state: steps.at(-1)!,
      acceptedBy: user,
      acceptedAt: at.toISOString(),
      sha256,
      expiresAt:
        template.termDays === null ? null : new Date(at.getTime() + template.termDays * dayMs).toISOString(),
      version: before.version + 1,
    }
    await this.#change(principal, before, agreement, steps)
    return agreement
  }

  /** One step of the protocol, by whose turn it is. Throws 409, 403. */
  async step(
    principal: Principal,
    asked: DatasetAsked,
    id: string,
    to: Exclude<AgreementState, 'ACCEPTED'>,
  ): Promise<Agreement> {
    const before = this.#agreementOf(principal, id)
    const { organisation } = signatory(principal)
    const side: Side = before.organisation === organisation ? 'consumer' : 'provider'
    if (side === 'provider') requireSteward(this.#sharing, principal, asked)
    checkStep(agreementSteps, before.state, to, side)
    const agreement = { ...before, state: to, version: before.version + 1 }
    await this.#change(principal, before, agreement, [to])
    return agreement
  }

  /** A final agreement suspended, taken up again or revoked by the provider; ended by the consumer. */
  async setValidity(
    principal: Principal,
    asked: DatasetAsked,
    id: string,
    validity: Exclude<Validity, 'superseded'>,
  ): Promise<Agreement> {
    const before = this.#agreementOf(principal, id)
    const { organisation } = signatory(principal)
    const isConsumer = before.organisation === organisation
    if (!isConsumer) requireSteward(this.#sharing, principal, asked)
    if (isConsumer && validity !== 'revoked')
      throw forbidden('The provider suspends an agreement or takes it up.')
    if (before.state !== 'FINALIZED')
      throw conflict(`It is ${before.state}: only a final agreement is in force.`)
    if (before.validity === 'revoked') throw conflict('It was revoked: make another one.')
    const agreement = { ...before, validity, version: before.version + 1 }
    await this.#change(principal, before, agreement, [validity])
    return agreement
  }

  /** Those of a dataset or of all, as the principal's organisation is a party to. */
  list(principal: Principal, dataset: string | undefined, owns: (dataset: string) => boolean): Agreement[] {
    const all = [...this.#sharing.state.agreements.values()].flat()
    return all.filter(
      (one) =>
        (dataset === undefined || one.dataset === dataset) &&
        (this.#isParty(principal, one) || owns(one.dataset)),
    )
  }

  history(subject: 'agreement' | 'request' | 'grant' | 'policy', id: string): Promise<HistoryStep[]> {
    return this.#sharing.store.history(`${subject}:${id}`)
  }

  async draft(principal: Principal, body: DataRequestBody): Promise<DataRequest> {
    const { organisation, user } = signatory(principal)
    if (body.dataset === null && body.subject.trim() === '')
      throw invalidInput('Say which data are looked for.')
    const request: DataRequest = {
      id: `q_${randomUUID()}`,
      organisation,
      ...body,
      state: 'draft',
      expiresAt: this.#requestEnd(),
      exchange: [],
      decision: null,
      grant: null,
      agreement: null,
      createdBy: user,
      version: 1,
    }
    await this.#write(principal, body.dataset ?? '', `request:${request.id}`, 'draft', (trx) =>
      this.#sharing.store.put(trx, 'sharing_request', request.id, request, null),
    )
    return request
  }

  /**
   * Submitted or answered by the consumer; asked back, approved or refused by the provider. Approval names the grant
   * that was made for it.
   */
  async advance(
    principal: Principal,
    asked: DatasetAsked,
    id: string,
    to: 'submitted' | 'questions' | 'approved' | 'refused',
    { text, grant }: { text: string; grant?: string | undefined },
  ): Promise<DataRequest> {
    const before = this.#sharing.state.requests.get(id)
    const { organisation } = signatory(principal)
    const isConsumer = before?.organisation === organisation
    if (!before || (!isConsumer && this.#sharing.policyOf(asked).owner !== organisation))
      throw notFound('data request', id)
    if (before.dataset !== asked.definition.id) throw invalidInput('The request is for other data.')
    const side: Side = isConsumer ? 'consumer' : 'provider'
    if (side === 'provider') requireSteward(this.#sharing, principal, asked)
    const at = this.#sharing.now().toISOString()
    if (isRequestExpired(before.state, before.expiresAt, at))
      throw conflict('The request has expired.', 'Make a new one.')
    checkStep(requestSteps, before.state, to, side)
    const grants = this.#sharing.state.grants.get(asked.definition.id) ?? []
    const made = grants.find((one) => one.id === grant && one.revokedAt === null)
    if (to === 'approved' && !made) throw invalidInput('Approve with the grant that was made for it.')
    const template = made?.agreementTemplate ?? null
    const offer =
      to === 'approved' && template !== null
        ? newAgreement(asked.definition.id, before.organisation, this.#templateOf(template), 'OFFERED')
        : undefined
    const request: DataRequest = {
      ...before,
      state: to,
      ...(to === 'submitted' && { expiresAt: this.#requestEnd() }),
      exchange: text === '' ? before.exchange : [...before.exchange, { at, side, text }],
      ...(to === 'approved' && { grant: grant!, decision: text, agreement: offer?.id ?? null }),
      ...(to === 'refused' && { decision: text }),
      version: before.version + 1,
    }
    const { store } = this.#sharing
    await this.#write(principal, asked.definition.id, `request:${id}`, to, async (trx) => {
      await store.put(trx, 'sharing_request', id, request, before.version)
      if (!offer) return
      await store.put(trx, 'sharing_agreement', offer.id, offer, null)
      const { dataset, id: agreement, state: step } = offer
      await store.note(trx, {
        dataset,
        subject: `agreement:${agreement}`,
        ...actorOf(principal),
        step,
        note: '',
      })
    })
    return request
  }

  /** Those an organisation made, and those made to it; drafts are their author's. */
  requests(principal: Principal, owns: (dataset: string) => boolean): DataRequest[] {
    if (principal.kind !== 'user' || principal.organisation === null) return []
    const { organisation } = principal
    return [...this.#sharing.state.requests.values()].filter(
      (one) =>
        one.organisation === organisation ||
        (one.state !== 'draft' && one.dataset !== null && owns(one.dataset)),
    )
  }

  #requestEnd(): string {
    return new Date(this.#sharing.now().getTime() + requestDays * dayMs).toISOString()
  }

  #templateOf(id: string): AgreementTemplate {
    const template = this.#sharing.state.templates.get(id)?.at(-1)
    if (!template) throw notFound('agreement template', id)
    return template
  }

  #isParty = (principal: Principal, { organisation }: Agreement): boolean =>
    (principal.kind === 'user' || principal.kind === 'key') && principal.organisation === organisation

  /** Throws `not_found` alike for what is not there and for who is no party. */
  #agreementOf(principal: Principal, id: string): Agreement {
    const agreement = [...this.#sharing.state.agreements.values()].flat().find((one) => one.id === id)
    const owner = agreement && this.#sharing.state.policies.get(agreement.dataset)?.owner
    const isProvider =
      principal.kind === 'user' && principal.organisation !== null && principal.organisation === owner
    if (!agreement || (!isProvider && !this.#isParty(principal, agreement))) throw notFound('agreement', id)
    return agreement
  }

  async #change(
    principal: Principal,
    before: Agreement,
    after: Agreement,
    steps: readonly string[],
  ): Promise<void> {
    const { store } = this.#sharing
    const { dataset, id } = after
    await store.change(async (trx) => {
      await store.put(trx, 'sharing_agreement', id, after, before.version)
      for (const step of steps)
        await store.note(trx, { dataset, subject: `agreement:${id}`, ...actorOf(principal), step, note: '' })
    })
    await this.#sharing.reload()
  }

  async #write(
    principal: Principal,
    dataset: string,
    subject: string,
    step: string,
    run: (trx: SharingTrx) => Promise<void>,
  ): Promise<void> {
    const { store } = this.#sharing
    await store.change(async (trx) => {
      await run(trx)
      await store.note(trx, { dataset, subject, ...actorOf(principal), step, note: '' })
    })
    await this.#sharing.reload()
  }
}
