import { useNavigate, useSearch } from '@tanstack/react-router'
import { Listed } from '../accounts/Listed.tsx'
import page from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import type { PersonSession } from '../accounts/SignedIn.tsx'
import { useCatalogue } from '../datasets/api.ts'
import controls from '../datasets/Controls.module.css'
import { SharingFrame } from '../sharing/SharingPages.tsx'
import { useParties } from '../sharing/use-parties.ts'
import { formatBytes, formatNumber } from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { conditionOf, type JournalAddress, type Narrowing, narrowings } from './address.ts'
import { entriesAsCsv, type OutcomeSum, useChoices, useSums } from './api.ts'
import { EntryTable } from './EntryTable.tsx'
import { HeadList } from './HeadList.tsx'
import styles from './Journal.module.css'
import { useOutcome } from './use-outcome.ts'

/** `/journal`: who used which of our data, when, how much and how it ended, and the proof that nothing was changed. */
export function JournalPage() {
  const { t } = useLanguage()
  return (
    <SharingFrame title={t('journal.title')} lead={t('journal.lead')}>
      {(session) => <Journal session={session} />}
    </SharingFrame>
  )
}

function Journal({ session }: { session: PersonSession }) {
  const { t } = useLanguage()
  const address: JournalAddress = useSearch({ from: '/journal' })
  const isAuditor = session.person.platformRoles.includes('auditor')
  const where = conditionOf(address)
  const sums = useSums(where)
  return (
    <>
      <Section
        title={t(isAuditor ? 'journal.all' : 'journal.yours')}
        about={t(isAuditor ? 'journal.allAbout' : 'journal.yoursAbout')}
        action={
          <a className={controls.button} href={entriesAsCsv(where)} download="access-log.csv">
            <Icon name="download" size={16} />
            {t('journal.csv')}
          </a>
        }
      >
        <Narrow address={address} />
        <Listed query={sums}>{(rows) => <Sums rows={rows} />}</Listed>
        <EntryTable
          where={where}
          isNarrowed={narrowings.some((name) => address[name]) || Boolean(address.from || address.to)}
        />
      </Section>
      <HeadList />
    </>
  )
}

function Sums({ rows }: { rows: readonly OutcomeSum[] }) {
  const { t, language } = useLanguage()
  const sum = (name: 'uses' | 'given' | 'size', only: (row: OutcomeSum) => boolean = () => true) =>
    rows.filter(only).reduce((total, row) => total + (row[name] ?? 0), 0)
  const isDenied = ({ outcome }: OutcomeSum) => outcome === 'refused' || outcome === 'over-quota'
  const figures: [string, string][] = [
    [
      t('journal.uses'),
      formatNumber(
        sum('uses', (row) => !isDenied(row)),
        language,
      ),
    ],
    [t('journal.rows'), formatNumber(sum('given'), language)],
    [t('journal.size'), formatBytes(sum('size'), language)],
    [t('journal.refusals'), formatNumber(sum('uses', isDenied), language)],
  ]
  return (
    <dl className={styles.figures}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Narrow({ address }: { address: JournalAddress }) {
  const { t } = useLanguage()
  const navigate = useNavigate({ from: '/journal' })
  const { data: facets = [] } = useChoices(narrowings)
  const parties = useParties()
  const outcomeName = useOutcome()
  const { data: catalogue = [] } = useCatalogue()
  const put = (part: Partial<JournalAddress>) =>
    void navigate({ search: (previous) => ({ ...previous, ...part }), replace: true })
  const nameOf = (name: Narrowing, value: string): string => {
    if (name === 'dataset') return catalogue.find(({ dataset_id }) => dataset_id === value)?.title ?? value
    if (name === 'organisation') return parties.nameOf(value)
    return name === 'outcome' ? outcomeName(value) : t(`journal.action.${value as 'query'}`)
  }
  return (
    <div className={styles.narrow}>
      {narrowings.map((name) => {
        const values = facets.find((facet) => facet.name === name)?.facets.map(({ value }) => value) ?? []
        const chosen = address[name]
        const all = chosen && chosen !== 'public' && !values.includes(chosen) ? [chosen, ...values] : values
        return (
          <label key={name} className={controls.label}>
            {t(`journal.by.${name}`)}
            <select
              className={controls.select}
              value={chosen ?? ''}
              onChange={({ target }) => put({ [name]: target.value || undefined })}
            >
              <option value="">{t('journal.every')}</option>
              {name === 'organisation' && <option value="public">{t('journal.public')}</option>}
              {all.map((value) => (
                <option key={value} value={value}>
                  {nameOf(name, value)}
                </option>
              ))}
            </select>
          </label>
        )
      })}
      {(['from', 'to'] as const).map((name) => (
        <label key={name} className={controls.label}>
          {t(`journal.by.${name}`)}
          <input
            type="date"
            className={controls.input}
            value={address[name] ?? ''}
            onChange={({ target }) => put({ [name]: target.value || undefined })}
          />
        </label>
      ))}
      <span className={page.sub}>{t('journal.utc')}</span>
    </div>
  )
}
