import { lazy, Suspense, useState } from 'react'
import type { DatasetField } from '../../../src/datasets/schema.ts'
import type { GrantBody } from '../../../src/sharing/schema.ts'
import form from '../accounts/form/Form.module.css'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { boxOf, polygonOfBox } from './area.ts'
import styles from './Sharing.module.css'
import type { Words } from './use-words.ts'

const AreaMap = lazy(() => import('./AreaMap.tsx').then((m) => ({ default: m.AreaMap })))
const sides = ['west', 'south', 'east', 'north'] as const

/** Where: everywhere, or within an area that is drawn on the map or written as a box. */
export function AreaField({
  fields,
  spatial,
  change,
  words,
}: {
  fields: readonly DatasetField[]
  spatial: GrantBody['spatial']
  change: (spatial: GrantBody['spatial']) => void
  words: Words
}) {
  const { t } = useLanguage()
  const places = fields.filter(({ type }) => type === 'geo_point_2d' || type === 'geo_shape')
  const [isOpen, setOpen] = useState(spatial !== null)
  const first = places[0]
  if (!first) return null
  const column = spatial?.column ?? first.name
  const put = (geometry: string | null) =>
    change(geometry === null ? null : { column, geometry, minZoom: spatial?.minZoom ?? null })
  const box = spatial && boxOf(spatial.geometry)
  return (
    <fieldset className={form.choices}>
      <legend>{t('sharing.area.title')}</legend>
      <label className={form.choice}>
        <input
          type="radio"
          name="area"
          checked={!isOpen}
          onChange={() => {
            setOpen(false)
            change(null)
          }}
        />
        <span>{t('sharing.area.everywhere')}</span>
      </label>
      <label className={form.choice}>
        <input type="radio" name="area" checked={isOpen} onChange={() => setOpen(true)} />
        <span>{t('sharing.area.within')}</span>
      </label>
      {isOpen && (
        <div className={styles.area}>
          {places.length > 1 && (
            <select
              className={controls.select}
              aria-label={t('sharing.area.field')}
              value={column}
              onChange={({ target }) => spatial && change({ ...spatial, column: target.value })}
            >
              {places.map(({ name }) => (
                <option key={name} value={name}>
                  {words.fieldName(name)}
                </option>
              ))}
            </select>
          )}
          <Suspense fallback={<div className={styles.areaMap} />}>
            <AreaMap geometry={spatial?.geometry ?? null} change={put} />
          </Suspense>
          <div className={styles.sides}>
            {sides.map((side) => (
              <label key={side} className={controls.label}>
                {t(`sharing.filter.${side}`)}
                <input
                  className={controls.input}
                  type="number"
                  step="any"
                  value={box ? Number(box[side].toFixed(5)) : ''}
                  onChange={({ target }) => {
                    const next = {
                      ...(box ?? { west: 5, south: 43, east: 5.5, north: 43.5 }),
                      [side]: target.valueAsNumber,
                    }
                    if (Object.values(next).every(Number.isFinite)) put(polygonOfBox(next))
                  }}
                />
              </label>
            ))}
          </div>
        </div>
      )}
    </fieldset>
  )
}
