import { useState } from 'react'
import type { DatasetField } from '../../../src/datasets/schema.ts'
import form from '../accounts/form/Form.module.css'
import { Listed } from '../accounts/Listed.tsx'
import page from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import controls from '../datasets/Controls.module.css'
import { ScrollBox } from '../datasets/ScrollBox.tsx'
import { roles } from '../organisations/api.ts'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { type ActionName, actionNames, type SeenAs, useSeeAs } from './api.ts'
import { ownFields } from './fields.ts'
import type { PolicySubject } from './GrantDialog.tsx'
import styles from './Sharing.module.css'
import type { Parties } from './use-parties.ts'
import { useWords, type Words } from './use-words.ts'

const asked = actionNames.filter((name) => name !== 'discover' && name !== 'reshare')

/** Exactly what somebody else would get: the decision of the server in their name, on the rows there are now. */
export function SeeAsPart({ subject, parties }: { subject: PolicySubject; parties: Parties }) {
  const { t } = useLanguage()
  const [who, setWho] = useState('anonymous')
  const [role, setRole] = useState('reader')
  const [scopes, setScopes] = useState<readonly ActionName[] | null>(null)
  const [action, setAction] = useState<ActionName>('query')
  const isMember = who.startsWith('organisation:')
  const key = scopes === null ? '' : `:${scopes.length > 0 ? scopes.join('+') : 'discover'}`
  const principal = isMember ? `${who}:${role}${key}` : who
  const seen = useSeeAs(subject.id, principal, action)
  return (
    <Section title={t('sharing.seeAs.title')} about={t('sharing.seeAs.about')}>
      <div className={page.card}>
        <div className={styles.asked}>
          <label className={controls.label}>
            {t('sharing.seeAs.who')}
            <select className={controls.select} value={who} onChange={({ target }) => setWho(target.value)}>
              <option value="anonymous">{t('sharing.who.public')}</option>
              <option value="authenticated">{t('sharing.who.alone')}</option>
              <optgroup label={t('sharing.grant.organisations')}>
                {parties.organisations
                  .filter(({ status }) => status === 'active')
                  .map(({ id, name }) => (
                    <option key={id} value={`organisation:${id}`}>
                      {name}
                    </option>
                  ))}
              </optgroup>
            </select>
          </label>
          {isMember && (
            <label className={controls.label}>
              {t('sharing.grant.role')}
              <select
                className={controls.select}
                value={role}
                onChange={({ target }) => setRole(target.value)}
              >
                {roles.map((one) => (
                  <option key={one} value={one}>
                    {t(`organisations.role.${one}`)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label className={controls.label}>
            {t('sharing.seeAs.action')}
            <select
              className={controls.select}
              value={action}
              onChange={({ target }) => setAction(target.value as ActionName)}
            >
              {asked.map((name) => (
                <option key={name} value={name}>
                  {t(`sharing.action.${name}`)}
                </option>
              ))}
            </select>
          </label>
          {isMember && (
            <label className={styles.check}>
              <input
                type="checkbox"
                checked={scopes !== null}
                onChange={({ target }) => setScopes(target.checked ? ['query'] : null)}
              />
              {t('sharing.seeAs.byKey')}
            </label>
          )}
        </div>
        {isMember && scopes !== null && (
          <fieldset className={styles.scopes}>
            <legend>{t('sharing.seeAs.scopes')}</legend>
            {asked.map((name) => (
              <label key={name} className={styles.check}>
                <input
                  type="checkbox"
                  checked={scopes.includes(name)}
                  onChange={({ target }) =>
                    setScopes(asked.filter((one) => (one === name ? target.checked : scopes.includes(one))))
                  }
                />
                {t(`sharing.action.${name}`)}
              </label>
            ))}
          </fieldset>
        )}
        <div className={form.form} aria-live="polite" aria-busy={seen.isFetching}>
          <Listed query={seen}>{(answer) => <Seen seen={answer} fields={subject.fields} />}</Listed>
        </div>
      </div>
    </Section>
  )
}

function Seen({ seen, fields: all }: { seen: SeenAs; fields: readonly DatasetField[] }) {
  const { t, language } = useLanguage()
  const words = useWords(all)
  const fields = ownFields(all)
  if (!seen.allow)
    return (
      <p className={styles.nothing}>
        <strong>{t('sharing.seeAs.nothing')}</strong>{' '}
        {t(`sharing.reason.${(seen.reason ?? 'hidden') as 'hidden'}`)}
      </p>
    )
  const shown = new Map(seen.fields.map((field) => [field.name, field.ways]))
  const hiddenCount = fields.filter(({ name }) => !shown.has(name)).length
  return (
    <>
      <p className={styles.seenSum}>
        <strong>{formatNumber(seen.rowCount, language)}</strong>{' '}
        {t('datasets.rows', { count: seen.rowCount })}
        {' · '}
        {t('sharing.seeAs.fields', { count: fields.length - hiddenCount, all: fields.length })}
        {hiddenCount > 0 && ` · ${t('sharing.seeAs.hidden', { count: hiddenCount })}`}
      </p>
      <ScrollBox label={t('sharing.seeAs.sample')} className={styles.seen}>
        <table>
          <thead>
            <tr>
              {fields.map(({ name }) => (
                <th key={name} scope="col" data-fate={fateOf(shown.get(name))}>
                  {words.fieldName(name)}
                  <small>{fateWords(shown.get(name), name, words, t)}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {seen.sample.map((row, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a sample have no other identity
              <tr key={i}>
                {fields.map(({ name }) =>
                  shown.has(name) ? (
                    <td key={name}>{cellOf(row, name)}</td>
                  ) : (
                    <td key={name} data-fate="hidden">
                      <span className={styles.hiddenText}>{t('sharing.fate.hidden')}</span>
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {seen.rowCount > seen.sample.length && (
        <p className={styles.quiet}>{t('sharing.seeAs.first', { count: seen.sample.length })}</p>
      )}
    </>
  )
}

type Ways = SeenAs['fields'][number]['ways'] | undefined

const fateOf = (ways: Ways): string =>
  ways === undefined ? 'hidden' : ways.some(({ transform }) => transform) ? 'changed' : 'given'

function fateWords(ways: Ways, name: string, words: Words, t: ReturnType<typeof useLanguage>['t']): string {
  if (ways === undefined) return t('sharing.fate.hidden')
  const transform = ways.find((way) => way.transform)?.transform
  if (!transform) return t('sharing.fate.given')
  return transform.kind === 'round'
    ? t('sharing.fate.roundedTo', { step: words.step(name, Math.max(...transform.steps)) })
    : t(transform.period === 'day' ? 'sharing.fate.pseudonymDay' : 'sharing.fate.pseudonymMonth')
}

/** A point without parts is kept in two columns of its name. */
function cellOf(row: Record<string, unknown>, name: string): string {
  if (name in row) return textOf(row[name])
  const parts = Object.keys(row).filter((column) => column.startsWith(`${name}_`))
  return parts.map((column) => textOf(row[column])).join(', ')
}

const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/

/** As it is stored, for comparison: only instants lose their T and what is no second. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string' && instant.test(value)) return `${value.slice(0, 19).replace('T', ' ')} UTC`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
