import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import { Named } from '../accounts/Named.tsx'
import page from '../accounts/Page.module.css'
import { useCatalogue } from '../datasets/api.ts'
import controls from '../datasets/Controls.module.css'
import { ScrollBox } from '../datasets/ScrollBox.tsx'
import { useParties } from '../sharing/use-parties.ts'
import { formatBytes, formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { type JournalEntry, useEntries } from './api.ts'
import styles from './Journal.module.css'
import { useOutcome } from './use-outcome.ts'

/** Accesses, the newest first: when, who, what, how much, how it ended. */
export function EntryTable({ where, isNarrowed }: { where: string; isNarrowed: boolean }) {
  const { t } = useLanguage()
  const entries = useEntries(where)
  return (
    <Listed query={entries}>
      {({ pages }) => {
        const all = pages.flatMap(({ results }) => results)
        if (all.length === 0)
          return (
            <div className={page.empty}>
              <strong>{t(isNarrowed ? 'journal.noneSuch' : 'journal.none')}</strong>
              <p>{t(isNarrowed ? 'journal.noneSuchWhy' : 'journal.noneWhy')}</p>
            </div>
          )
        return (
          <>
            <ScrollBox label={t('journal.table')} className={page.wide}>
              <table className={styles.entries}>
                <thead>
                  <tr>
                    {(['at', 'who', 'dataset', 'action'] as const).map((name) => (
                      <th key={name} scope="col">
                        {t(`journal.column.${name}`)}
                      </th>
                    ))}
                    <th scope="col" data-right="">
                      {t('journal.rows')}
                    </th>
                    <th scope="col" data-right="">
                      {t('journal.size')}
                    </th>
                    <th scope="col">{t('journal.column.outcome')}</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map((entry) => (
                    <EntryRow key={`${entry.node} ${entry.seq}`} entry={entry} />
                  ))}
                </tbody>
              </table>
            </ScrollBox>
            {entries.hasNextPage && (
              <button
                type="button"
                className={controls.button}
                disabled={entries.isFetchingNextPage}
                onClick={() => void entries.fetchNextPage()}
              >
                {t('journal.more')}
              </button>
            )}
          </>
        )
      }}
    </Listed>
  )
}

function EntryRow({ entry }: { entry: JournalEntry }) {
  const { t, language } = useLanguage()
  const { time } = useMoments()
  const parties = useParties()
  const outcomeName = useOutcome()
  const { data: catalogue = [] } = useCatalogue()
  const { at, organisation, actor, dataset, action, outcome, rows, bytes, accesses, kind } = entry
  const actorName = (text: string) => {
    const [kind, ...rest] = text.split(':')
    const id = rest.join(':').slice(0, 8)
    return kind === 'key' ? t('journal.key', { id }) : kind === 'user' ? t('journal.person', { id }) : text
  }
  const isGood = outcome === 'complete' || outcome === null
  return (
    <tr>
      <td>
        <time dateTime={at}>{time(at)}</time>
      </td>
      <td>
        {organisation ? <Named name={parties.nameOf(organisation)} /> : t('journal.public')}
        {kind === 'counted' && accesses !== null ? (
          <small>{t('journal.times', { count: accesses })}</small>
        ) : (
          actor && <small title={actor}>{actorName(actor)}</small>
        )}
      </td>
      <td>{catalogue.find(({ dataset_id }) => dataset_id === dataset)?.title ?? dataset}</td>
      <td>{action && t(`journal.action.${action as 'query'}`)}</td>
      <td data-right="">{rows === null ? '' : formatNumber(rows, language)}</td>
      <td data-right="">{bytes === null ? '' : formatBytes(bytes, language)}</td>
      <td>
        <span className={`${controls.badge} ${isGood ? page.good : page.caution}`}>
          {outcome === null ? t('journal.outcome.complete') : outcomeName(outcome)}
        </span>
      </td>
    </tr>
  )
}
