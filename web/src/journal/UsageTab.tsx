import { Listed } from '../accounts/Listed.tsx'
import { Named } from '../accounts/Named.tsx'
import page from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import type { PartProps } from '../datasets/DatasetPage.tsx'
import { ScrollBox } from '../datasets/ScrollBox.tsx'
import sections from '../datasets/Sections.module.css'
import { useParties } from '../sharing/use-parties.ts'
import { formatBytes, formatDay, formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useUsage } from './api.ts'
import styles from './Journal.module.css'
import { UsageChart } from './UsageChart.tsx'
import { byDay, groupedBy, sumOf, type UsageSum } from './usage-figures.ts'

/** How much a dataset is used, by day; for its owner by whom. The public is counted as one. */
export function UsageTab({ dataset }: PartProps) {
  const { t, language } = useLanguage()
  const usage = useUsage(dataset.dataset_id)
  return (
    <div className={sections.page}>
      <div className={sections.column}>
        <Listed query={usage}>
          {({ from, to, days }) => {
            const all = byDay(from, to, days)
            const sum = sumOf(all)
            const best = all.reduce((most, day) => (day.accesses > most.accesses ? day : most))
            const isByOrganisation = days.some(({ organisation }) => organisation !== undefined)
            if (sum.accesses + sum.refusals === 0)
              return (
                <div className={page.empty}>
                  <strong>{t('journal.usage.none')}</strong>
                  <p>{t('journal.usage.noneWhy')}</p>
                </div>
              )
            return (
              <>
                <Section title={t('journal.usage.title')} about={t('journal.usage.about')}>
                  <Figures sum={sum} />
                  <figure className={styles.chart}>
                    <figcaption>
                      {t('journal.usage.finding', {
                        count: best.accesses,
                        uses: formatNumber(best.accesses, language),
                        day: formatDay(Date.parse(best.date), language, 'UTC'),
                      })}
                    </figcaption>
                    <UsageChart days={all} label={t('journal.usage.chart')} />
                  </figure>
                </Section>
                <Groups
                  title={t('journal.usage.byAction')}
                  groups={groupedBy('action', days).map(({ name, sum }) => ({
                    name: t(`journal.action.${name as 'query'}`),
                    sum,
                  }))}
                />
                {isByOrganisation && <ByOrganisation groups={groupedBy('organisation', days)} />}
              </>
            )
          }}
        </Listed>
      </div>
    </div>
  )
}

/** Names of organisations are for who is signed in: asked for only then. */
function ByOrganisation({ groups }: { groups: { name: string | null | undefined; sum: UsageSum }[] }) {
  const { t } = useLanguage()
  const parties = useParties()
  return (
    <Groups
      title={t('journal.usage.byOrganisation')}
      groups={groups.map(({ name, sum }) => ({
        name: name ? parties.nameOf(name) : t('journal.public'),
        sum,
      }))}
    />
  )
}

function Figures({ sum }: { sum: UsageSum }) {
  const { t, language } = useLanguage()
  return (
    <dl className={styles.figures}>
      {(
        [
          [t('journal.uses'), formatNumber(sum.accesses, language)],
          [t('journal.rows'), formatNumber(sum.rows, language)],
          [t('journal.size'), formatBytes(sum.bytes, language)],
          [t('journal.refusals'), formatNumber(sum.refusals, language)],
        ] as const
      ).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Groups({ title, groups }: { title: string; groups: { name: string; sum: UsageSum }[] }) {
  const { t, language } = useLanguage()
  return (
    <Section title={title}>
      <ScrollBox label={t('journal.usage.tableOf', { title })} className={page.wide}>
        <table className={styles.entries}>
          <thead>
            <tr>
              <th scope="col">
                <span className={sections.hidden}>{title}</span>
              </th>
              {(['uses', 'rows', 'size', 'refusals'] as const).map((name) => (
                <th key={name} scope="col" data-right="">
                  {t(`journal.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(({ name, sum }) => (
              <tr key={name}>
                <th scope="row">
                  <Named name={name} />
                </th>
                <td data-right="">{formatNumber(sum.accesses, language)}</td>
                <td data-right="">{formatNumber(sum.rows, language)}</td>
                <td data-right="">{formatBytes(sum.bytes, language)}</td>
                <td data-right="">{formatNumber(sum.refusals, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Section>
  )
}
