import { useQuery } from '@tanstack/react-query'
import type { JournalHead, JournalKey } from '../../../src/journal/schema.ts'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import page from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import controls from '../datasets/Controls.module.css'
import { CopyButton } from '../datasets/CopyButton.tsx'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { useHeads } from './api.ts'
import { isSigned } from './head-signature.ts'
import styles from './Journal.module.css'

const command = 'lacydon journal verify'

/** Daily heads of the chain with their signatures, checked here and now, and how to check the whole. */
export function HeadList() {
  const { t } = useLanguage()
  const heads = useHeads()
  return (
    <Section title={t('journal.proof.title')} about={t('journal.proof.about')}>
      <Listed query={heads}>
        {({ heads: all, keys }) => (
          <>
            {all.length === 0 ? (
              <div className={page.empty}>
                <strong>{t('journal.proof.none')}</strong>
                <p>{t('journal.proof.noneWhy')}</p>
              </div>
            ) : (
              <ul className={page.list}>
                {[...all].reverse().map((head) => (
                  <HeadItem key={`${head.node} ${head.date}`} head={head} keys={keys} />
                ))}
              </ul>
            )}
            <div className={page.card}>
              <p className={page.about}>{t('journal.proof.how')}</p>
              <div className={styles.command}>
                <code>{command}</code>
                <CopyButton text={command} label={t('journal.proof.copy')} />
              </div>
              {keys.map((key) => (
                <p key={key.id} className={page.sub}>
                  {t('journal.proof.key', { id: key.id, node: key.node })}
                </p>
              ))}
            </div>
          </>
        )}
      </Listed>
    </Section>
  )
}

function HeadItem({ head, keys }: { head: JournalHead; keys: readonly JournalKey[] }) {
  const { t, language } = useLanguage()
  const { day } = useMoments()
  const checked = useQuery({
    queryKey: ['journal', 'signature', head],
    queryFn: async () => (await isSigned(head, keys)) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const said = checked.data === true ? 'right' : checked.data === false ? 'wrong' : 'unchecked'
  return (
    <li className={page.item}>
      <div className={page.what}>
        <strong>
          {day(`${head.date}T00:00:00Z`)}
          <span
            className={`${controls.badge} ${said === 'right' ? page.good : said === 'wrong' ? page.caution : ''}`}
          >
            {t(`journal.proof.${said}`)}
          </span>
        </strong>
        <span className={page.sub}>
          {t('journal.proof.upTo', {
            count: head.count,
            entries: formatNumber(head.count, language),
            node: head.node,
          })}
        </span>
        <code className={styles.hash}>{head.hash}</code>
        <code className={styles.hash}>{head.signature}</code>
      </div>
    </li>
  )
}
