/** Making somebody a member, inside the transaction of whatever made them one. */
import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { OrganisationRole } from '../http/principal.ts'
import type { OrganisationTables } from './tables.ts'

export interface NewMember {
  user: string
  organisation: string
  role: OrganisationRole
  until?: string | null
  /** `invitation`, `founder`, or `oidc:<provider>`. */
  origin: string
  by?: string | null
}

/** Ends what the person was before in this organisation: one membership in force for each person. */
export async function joinOrganisation(
  trx: Transaction<OrganisationTables>,
  now: string,
  { user, organisation, role, until = null, origin, by = null }: NewMember,
): Promise<void> {
  await trx
    .updateTable('membership')
    .set({ until_at: now })
    .where('account_id', '=', user)
    .where('organisation_id', '=', organisation)
    .where(({ or, eb }) => or([eb('until_at', 'is', null), eb('until_at', '>', now)]))
    .execute()
  await trx
    .insertInto('membership')
    .values({
      id: randomUUID(),
      account_id: user,
      organisation_id: organisation,
      role,
      from_at: now,
      until_at: until,
      origin,
      created_by: by,
    })
    .execute()
}
