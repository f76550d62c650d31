/** A story told by HTTP alone: one organisation shares part of what it has with another, and hides the rest. */
import { type Asker, type AttackedProduct, openAttackedProduct } from './attacked-product.suite.ts'

/** What no answer to the partner or to the public may hold: in a hidden column, row, place or dataset. */
export const secrets = /owner_phone|0612345|CACHALOT|vault|9\.87/

export interface HiddenStory {
  product: AttackedProduct
  owner: Asker
  /** Sees of `loads` and `calls` the line to Corsica and no telephone. */
  partner: Asker
  /** Of `loads` no place either. */
  placeless: Asker
  /** May know of `loads`, no more. */
  onlooker: Asker
  nobody: Asker
  partnerOrganisation: string
}

export const rowCount = 40
export const visibleCount = rowCount / 2

const loadOf = (i: number, version: number) => {
  const isHidden = i % 2 === 1
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: isHidden ? [9.87 + i / 10_000, 41.2] : [5 + i / 100, 43] },
    properties: {
      load_id: i,
      ship: isHidden ? `CACHALOT ${i}` : `Mouette ${i}`,
      line: isHidden ? 'sardaigne' : 'corse',
      // The second version changes what is hidden, and one visible row.
      cars: isHidden && version === 2 ? 900 + i : i === 4 && version === 2 ? 77 : i,
      owner_phone: `0612345${String(i + 100 * version).padStart(3, '0')}`,
      left_at: new Date(Date.UTC(2026, 0, 1, i)).toISOString(),
    },
  }
}

const loadsFile = (version: number) =>
  JSON.stringify({
    type: 'FeatureCollection',
    features: Array.from({ length: rowCount }, (_, i) => loadOf(i, version)),
  })

export const callRow = (i: number) => ({
  at: new Date(Date.UTC(2026, 1, 1, 0, i)).toISOString(),
  ship: i % 2 === 1 ? `CACHALOT ${i}` : `Mouette ${i}`,
  line: i % 2 === 1 ? 'sardaigne' : 'corse',
  owner_phone: `0612345${String(i).padStart(3, '0')}`,
})

export const grantTo = (organisation: string, columns: string[] | null, more: object = {}) => ({
  grantee: { kind: 'organisation', organisation },
  actions: ['discover', 'preview', 'query', 'export', 'stream', 'tiles'],
  rowFilter: { op: 'eq', column: 'line', value: 'corse' },
  columns,
  release: [],
  spatial: null,
  maxAgeS: null,
  quota: null,
  agreementTemplate: null,
  from: null,
  until: null,
  note: '',
  ...more,
})

const openColumns = ['load_id', 'ship', 'line', 'cars', 'left_at']

export async function openHiddenStory(): Promise<HiddenStory> {
  const product = await openAttackedProduct()
  try {
    const { admin: owner } = product
    const partner = await product.party('Metropole')
    const placeless = await product.party('Urbis')
    const onlooker = await product.party('Curieux')

    await product.load('vault', 'name,content\nvault,CACHALOT\n', '?create=true&title=vault')
    await product.load('loads', loadsFile(1), '?create=true&title=Charges')
    const { fields } = await owner.json('GET', '/api/v1/datasets/loads')
    const annotated = fields.map((field: { name: string; annotations?: object }) => ({
      ...field,
      annotations: {
        ...field.annotations,
        ...(['ship', 'line', 'owner_phone'].includes(field.name) && { facet: true }),
        ...(field.name === 'load_id' && { id: true }),
      },
    }))
    await owner.json('PATCH', '/api/v1/datasets/loads', { fields: annotated })
    await product.load('loads', loadsFile(2))
    const field = (name: string, type: string, annotations = {}) => ({
      name,
      type,
      label: { fr: name, en: name },
      annotations,
    })
    await owner.json('POST', '/api/v1/datasets', {
      id: 'calls',
      kind: 'stream',
      eventTime: 'at',
      title: { fr: 'Escales', en: 'Calls' },
      description: { fr: '', en: '' },
      fields: [
        field('at', 'timestamp'),
        field('ship', 'text', { facet: true }),
        field('line', 'text'),
        field('owner_phone', 'text'),
      ],
    })
    const grants = '/api/v1/sharing/datasets'
    const withPlace = [...openColumns, 'geometry']
    await owner.json('POST', `${grants}/loads/grants`, grantTo(partner.organisation, withPlace))
    await owner.json('POST', `${grants}/loads/grants`, grantTo(placeless.organisation, openColumns))
    await owner.json(
      'POST',
      `${grants}/loads/grants`,
      grantTo(onlooker.organisation, null, { actions: ['discover'], rowFilter: null }),
    )
    await owner.json(
      'POST',
      `${grants}/calls/grants`,
      grantTo(partner.organisation, ['at', 'ship', 'line', 'received_at']),
    )
    return {
      product,
      owner,
      partner: partner.key,
      placeless: placeless.key,
      onlooker: onlooker.key,
      nobody: product.nobody,
      partnerOrganisation: partner.organisation,
    }
  } catch (error) {
    await product.close()
    throw error
  }
}
