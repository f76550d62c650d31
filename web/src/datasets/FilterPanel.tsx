import { useEffect, useMemo, useState } from 'react'
import { Flyout } from '../ui/Flyout.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { readerZone, useFacets, useRecords } from './api.ts'
import controls from './Controls.module.css'
import { valueName } from './cell-text.ts'
import type { PartProps } from './DatasetPage.tsx'
import { type Facet, type FacetValue, type Field, geoFieldOf } from './explore-answers.ts'
import { FacetGroup, type FacetOption } from './FacetGroup.tsx'
import styles from './FilterPanel.module.css'
import { isNested, nameText, refinementsOf, refineText, toggleRefinement } from './odsql-text.ts'
import { Refusal } from './requests.ts'
import { useSaid } from './said/use-said.ts'
import { CommunePicker } from './territory/CommunePicker.tsx'
import { useCellStyle } from './use-cell-style.ts'

/** Fields whose values are offered: those made for it, else the first texts. */
function facetFields(fields: readonly Field[]): Field[] {
  const made = fields.filter(({ annotations }) => annotations.facet !== undefined)
  if (made.length > 0) return made.slice(0, 12)
  return fields.filter(({ type, annotations }) => isShort(type) && annotations.id === undefined).slice(0, 8)
}
const isShort = (type: Field['type']) => type === 'text' || type === 'boolean'

/** Values that differ from row to row say nothing to choose from. */
function tellsApart({ facets }: Facet, isMade: boolean): boolean {
  if (facets.length === 0) return false
  return isMade || (facets.length < 100 && facets.some(({ count }) => count > 1))
}

/** Ways to narrow the rows: words, facet values, a condition in ODSQL. */
export function FilterPanel(props: PartProps & { isFlyout?: boolean }) {
  const { t } = useLanguage()
  const { address, isFlyout } = props
  if (!isFlyout)
    return (
      <aside className={styles.panel} aria-label={t('datasets.filters')}>
        <Filters {...props} />
      </aside>
    )
  return (
    <Flyout
      title={t('datasets.filters')}
      className={controls.button}
      isMarked={Boolean(address.q || address.filter || address.where || address.commune)}
      button={
        <>
          <Icon name="filter" size={16} />
          {t('datasets.filters')}
        </>
      }
    >
      <Filters {...props} />
    </Flyout>
  )
}

function Filters({ dataset, address, change, asked, within }: PartProps) {
  const { t, language } = useLanguage()
  const style = useCellStyle()
  const [words, setWords] = useState(address.q ?? '')
  useEffect(() => setWords(address.q ?? ''), [address.q])
  const fields = useMemo(() => facetFields(dataset.fields), [dataset.fields])
  const chosen = refinementsOf(address.filter)
  // Facets count what a press would show, so the values chosen are told as refinements, not as conditions.
  const others = [address.q && `search(${JSON.stringify(address.q)})`, address.where, within].filter(Boolean)
  const { data, error } = useFacets(
    dataset.dataset_id,
    {
      facet: fields.map((field) =>
        isNested(field)
          ? nameText(field.name)
          : `facet(name=${JSON.stringify(field.name)}, disjunctive=true)`,
      ),
      where: others as string[],
      refine: chosen.filter(({ field }) => dataset.fields.some(({ name }) => name === field)).map(refineText),
      lang: language,
      timezone: readerZone,
      at: asked.at,
    },
    fields.length > 0,
  )
  const groups = fields.flatMap((field) => {
    const facet = data?.facets.find(({ name }) => name === field.name)
    return facet && tellsApart(facet, field.annotations.facet !== undefined) ? [{ field, facet }] : []
  })
  return (
    <div className={styles.filters}>
      <form
        className={styles.words}
        onSubmit={(event) => {
          event.preventDefault()
          change({ q: words.trim() || undefined, row: undefined })
        }}
      >
        <label className={controls.label}>
          {t('datasets.words')}
          <input
            className={controls.input}
            type="search"
            value={words}
            placeholder={t('datasets.wordsHint')}
            onChange={({ target }) => {
              setWords(target.value)
              if (target.value === '') change({ q: undefined, row: undefined }, true)
            }}
          />
        </label>
      </form>
      {error && groups.length === 0 && !(error instanceof Refusal && error.position !== undefined) && (
        <p className={styles.hint}>{t('datasets.facetsFailed')}</p>
      )}
      {groups.map(({ field, facet }) => (
        <FacetGroup
          key={field.name}
          title={field.label}
          options={optionsOf(
            facet.facets.map((value) => ({ ...value, name: valueName(field, value.name, style) })),
            chosen.filter((one) => one.field === field.name).map(({ value }) => value),
          )}
          onToggle={(value) =>
            change({ filter: toggleRefinement(address.filter, field, value), row: undefined })
          }
        />
      ))}
      {geoFieldOf(dataset) && (
        <CommunePicker
          code={address.commune}
          onPick={(commune) => change({ commune, row: undefined, map: undefined })}
        />
      )}
      <WhereField key={address.where} {...{ dataset, address, change, asked }} />
    </div>
  )
}

function optionsOf(values: readonly FacetValue[], chosen: readonly string[], depth = 0): FacetOption[] {
  return values.flatMap(({ name, value, count, facets }) => [
    { value, name, count, isChosen: chosen.includes(value), depth },
    ...optionsOf(facets ?? [], chosen, depth + 1),
  ])
}

/** A condition written by hand; where it cannot be understood, the place is shown. */
function WhereField({ dataset, address, change, asked }: PartProps) {
  const { t } = useLanguage()
  const said = useSaid()
  const [text, setText] = useState(address.where ?? '')
  const { error } = useRecords(
    dataset.dataset_id,
    { where: address.where, limit: 0, at: asked.at },
    Boolean(address.where),
  )
  const refusal = address.where && text === address.where && error instanceof Refusal ? error : undefined
  return (
    <form
      className={styles.where}
      onSubmit={(event) => {
        event.preventDefault()
        change({ where: text.trim() || undefined, row: undefined })
      }}
    >
      <label className={controls.label}>
        {t('datasets.where')}
        <textarea
          className={styles.code}
          rows={2}
          spellCheck={false}
          autoCapitalize="off"
          aria-invalid={refusal ? true : undefined}
          aria-describedby={refusal ? 'where-error' : undefined}
          value={text}
          placeholder={t('datasets.whereHint')}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey) return
            event.preventDefault()
            event.currentTarget.form?.requestSubmit()
          }}
        />
      </label>
      {refusal && (
        <p id="where-error" className={controls.error} role="alert">
          {refusal.position !== undefined && (
            <code className={styles.place}>
              {text.slice(0, refusal.position)}
              <mark>{text.slice(refusal.position) || '…'}</mark>
            </code>
          )}
          {said(refusal.message)}
        </p>
      )}
      <button type="submit" className={controls.button} disabled={text.trim() === (address.where ?? '')}>
        {t('datasets.apply')}
      </button>
    </form>
  )
}
