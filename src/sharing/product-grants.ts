/** Grants that the product itself gives. Pure. */
import type { Grant } from './schema.ts'

const base: Omit<Grant, 'id' | 'dataset' | 'grantee' | 'rowFilter'> = {
  actions: ['discover', 'preview', 'query', 'export', 'stream'],
  columns: null,
  release: [],
  spatial: null,
  maxAgeS: null,
  quota: null,
  agreementTemplate: null,
  from: null,
  until: null,
  note: '',
  version: 1,
  createdAt: '1970-01-01T00:00:00.000Z',
  revokedAt: null,
}

/** Of datasets that tell of the use of others: each organisation reads what its own are used for, auditors read all. */
export const ownUseGrants = (datasets: readonly string[]): Grant[] =>
  datasets.flatMap((dataset) => [
    {
      ...base,
      id: `product:own-use:${dataset}`,
      dataset,
      grantee: { kind: 'authenticated' as const },
      rowFilter: { op: 'eq' as const, column: 'owner', value: { attr: 'id' } },
    },
    {
      ...base,
      id: `product:auditor:${dataset}`,
      dataset,
      grantee: { kind: 'platform-role' as const, role: 'auditor' as const },
      rowFilter: null,
    },
  ])
