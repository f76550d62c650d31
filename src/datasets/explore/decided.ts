/** The decision of the sharing slice, as the doors to datasets ask for it. */
import type { Principal } from '../../http/principal.ts'
import { anonymous } from '../../http/principal.ts'
import { type DatasetAsked, refusal, type Sharing } from '../../sharing/service.ts'
import type { Visible, VisibleFields } from './access.ts'

/** `describe` throws `not_found`. */
export function decidedAccess(sharing: Sharing, describe: (id: string) => DatasetAsked): VisibleFields {
  const known = new WeakMap<ReturnType<Sharing['require']>, Visible>()
  return (dataset, { principal }, action, context) => {
    const asked: DatasetAsked = { definition: dataset, createdAt: describe(dataset.id).createdAt }
    // The record of a dataset tells of the fields that its reader gets; of all that are not withheld when there are none.
    const query = action === 'discover' ? sharing.decide(principal, asked, 'query') : undefined
    let decision = query?.allow ? query : sharing.decide(principal, asked, action, context)
    // A key for other datasets knows of this one what a stranger does: lists leave nothing public out, and do not fail.
    if (!decision.allow && action === 'discover' && decision.reason === 'not_granted')
      decision = sharing.decide(anonymous, asked, action, context)
    if (!decision.allow) {
      if (decision.reason === 'hidden') return undefined
      throw refusal(decision, dataset.id)
    }
    const made = known.get(decision)
    if (made) return made
    const visible: Visible = {
      fields: sharing.fieldsOf(decision, dataset.fields),
      fingerprint: decision.fingerprint,
      isPublic: decision.isPublic,
      holdsRows: action !== 'discover' || query?.allow === true,
      isWhole: sharing.isWhole(decision, dataset.fields),
      seesPast: sharing.seesPast(principal, decision, asked),
      movesWithTime: decision.movesWithTime,
      secure: (source) =>
        sharing.secure(decision, {
          dataset: dataset.id,
          from: source.from,
          where: source.where,
          // Fields that came or went since are not what the decision speaks of.
          fields: source.definition.fields,
          eventTime: dataset.eventTime,
          rowOrder: source.rowOrder,
          keep: source.words ? [source.words.row] : [],
          state: source.state,
        }),
      watch: () =>
        sharing.watch(decision.isPublic ? anonymous : principal, asked, action, decision.fingerprint),
    }
    // What everybody gets is watched for nobody in particular, and may be shared.
    if (decision.isPublic) known.set(decision, visible)
    return visible
  }
}

/** What was deleted is judged by the policy it had; without one as if it were new, so that nothing private is told of. */
export const knowsGone =
  (sharing: Sharing) =>
  (principal: Principal, id: string): boolean =>
    sharing.decide(principal, gone(id), 'discover').allow

const gone = (id: string): DatasetAsked => ({
  definition: {
    id,
    kind: 'snapshot',
    title: { fr: id, en: id },
    description: { fr: '', en: '' },
    simulated: false,
    fields: [],
    sortBy: [],
  },
  createdAt: '9999-12-31T00:00:00.000Z',
})
