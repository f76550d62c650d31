import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { Contribution } from '../../../src/organisations/schema.ts'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import page from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import controls from '../datasets/Controls.module.css'
import { ScrollBox } from '../datasets/ScrollBox.tsx'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useContribution } from './api.ts'
import { ContributionChart } from './ContributionChart.tsx'
import { changeOf, figuresOf } from './contribution-figures.ts'
import { useMonthName } from './month-name.ts'
import type { OrganisationPartProps } from './OrganisationPage.tsx'
import styles from './Organisations.module.css'

/** What an organisation brings: figures, how they grew, and each dataset. */
export function ContributionsTab({ organisation, standing }: OrganisationPartProps) {
  const { t } = useLanguage()
  const query = useContribution(organisation.id)
  return (
    <Listed query={query}>
      {({ datasets, months }) =>
        datasets.length === 0 ? (
          <div className={page.empty}>
            <strong>{t('organisations.contributions.none')}</strong>
            <p>
              {t(
                standing.isMember
                  ? 'organisations.contributions.noneMine'
                  : 'organisations.contributions.noneWhy',
              )}
            </p>
            {standing.isMember && (
              <Link
                to="/datasets/new"
                search={(previous) => ({ lang: previous.lang })}
                className={controls.primary}
              >
                {t('datasets.catalogue.load')}
              </Link>
            )}
          </div>
        ) : (
          <>
            <Figures datasets={datasets} />
            {months.length > 0 && <Growth months={months} datasets={datasets.length} />}
            <DatasetTable datasets={datasets} />
          </>
        )
      }
    </Listed>
  )
}

const percent = (share: number, language: 'fr' | 'en') =>
  new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    style: 'percent',
    maximumFractionDigits: 1,
    // 99.97 % is not everything.
    roundingMode: 'floor',
  } as Intl.NumberFormatOptions).format(share)

function Figures({ datasets }: Pick<Contribution, 'datasets'>) {
  const { t, language } = useLanguage()
  const { age } = useMoments()
  const figures = figuresOf(datasets)
  return (
    <dl className={styles.figures}>
      <div>
        <dt>{t('organisations.contributions.datasets')}</dt>
        <dd>{formatNumber(figures.datasets, language)}</dd>
      </div>
      <div>
        <dt>{t('organisations.contributions.rows')}</dt>
        <dd>{formatNumber(figures.rows, language)}</dd>
      </div>
      <div>
        <dt>{t('organisations.contributions.updated')}</dt>
        <dd>
          {figures.updatedAt === null ? '–' : age(figures.updatedAt)}
          {figures.late > 0 && (
            <small data-late="">{t('organisations.contributions.late', { count: figures.late })}</small>
          )}
        </dd>
      </div>
      <div>
        <dt>{t('organisations.contributions.quality')}</dt>
        <dd>
          {figures.quality === null ? '–' : percent(figures.quality, language)}
          <small>{t('organisations.contributions.qualityWhat')}</small>
        </dd>
      </div>
    </dl>
  )
}

function Growth({ months, datasets }: { months: Contribution['months']; datasets: number }) {
  const { t, language } = useLanguage()
  const monthName = useMonthName()
  const { view } = useSearch({ from: '/organisations/$id' })
  const navigate = useNavigate({ from: '/organisations/$id' })
  const last = months.at(-1)!
  const change = changeOf(months)
  const rows = formatNumber(last.rows, language)
  const finding =
    change === undefined || change === 0
      ? t('organisations.contributions.steady', { rows, count: datasets })
      : t(change > 0 ? 'organisations.contributions.grew' : 'organisations.contributions.shrank', {
          rows,
          change: formatNumber(Math.abs(change), language),
        })
  const isTable = view === 'table'
  return (
    <Section
      title={finding}
      about={t('organisations.contributions.monthly')}
      action={
        <button
          type="button"
          className={controls.button}
          onClick={() =>
            void navigate({
              search: (previous) => ({ ...previous, view: isTable ? undefined : ('table' as const) }),
              replace: true,
            })
          }
        >
          {t(isTable ? 'organisations.contributions.asChart' : 'organisations.contributions.asTable')}
        </button>
      }
    >
      {isTable ? (
        <ScrollBox label={t('organisations.contributions.monthly')} className={page.wide}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('organisations.contributions.month')}</th>
                <th scope="col">{t('organisations.contributions.datasets')}</th>
                <th scope="col">{t('organisations.contributions.rows')}</th>
                <th scope="col">{t('organisations.contributions.versions')}</th>
              </tr>
            </thead>
            <tbody>
              {[...months].reverse().map((month) => (
                <tr key={month.month}>
                  <th scope="row">{monthName(month.month)}</th>
                  <td>{formatNumber(month.datasets, language)}</td>
                  <td>{formatNumber(month.rows, language)}</td>
                  <td>{formatNumber(month.versionsPublished, language)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      ) : (
        <div className={styles.chart}>
          <ContributionChart months={months} label={finding} />
        </div>
      )}
    </Section>
  )
}

function DatasetTable({ datasets }: Pick<Contribution, 'datasets'>) {
  const { t, language } = useLanguage()
  const { age } = useMoments()
  return (
    <Section title={t('organisations.contributions.each')}>
      <ScrollBox label={t('organisations.contributions.datasets')} className={page.wide}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('organisations.contributions.dataset')}</th>
              <th scope="col">{t('organisations.contributions.rows')}</th>
              <th scope="col">{t('organisations.contributions.versions')}</th>
              <th scope="col">{t('organisations.contributions.updated')}</th>
              <th scope="col">{t('organisations.contributions.quality')}</th>
            </tr>
          </thead>
          <tbody>
            {datasets.map((dataset) => (
              <tr key={dataset.id}>
                <th scope="row">
                  <Link
                    to="/datasets/$id"
                    params={{ id: dataset.id }}
                    className={styles.plain}
                    search={(previous) => ({ lang: previous.lang })}
                  >
                    {dataset.title[language] ?? Object.values(dataset.title)[0] ?? dataset.id}
                  </Link>
                </th>
                <td>{formatNumber(dataset.rowCount, language)}</td>
                <td>{formatNumber(dataset.versions, language)}</td>
                <td className={dataset.isLate ? page.late : undefined}>
                  {dataset.updatedAt === null ? '–' : age(dataset.updatedAt)}
                  {dataset.isLate && ` · ${t('organisations.contributions.isLate')}`}
                </td>
                <td>{dataset.quality === null ? '–' : percent(dataset.quality, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Section>
  )
}
