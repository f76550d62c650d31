import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import sections from '../Sections.module.css'
import { useSaid } from '../said/use-said.ts'
import { useReuses } from './api.ts'
import { ProposalForm } from './ProposalForm.tsx'
import { ReuseCard } from './ReuseCard.tsx'
import styles from './Reuses.module.css'

/** What people made with a dataset, and where they tell of it. */
export function ReusesSection({ id }: { id: string }) {
  const { t } = useLanguage()
  const said = useSaid()
  const { data, error, again } = useReuses(id)
  const [form, setForm] = useState<'closed' | 'open' | 'sent'>('closed')
  return (
    <section className={sections.section} aria-labelledby="reuses">
      <h2 id="reuses">{t('datasets.reuses.title')}</h2>
      {error && (
        <p className={controls.error} role="alert">
          {said(error.message)}
        </p>
      )}
      {data && data.reuses.length === 0 && (data.mayManage || form !== 'sent') && (
        <p className={styles.none}>{t('datasets.reuses.none')}</p>
      )}
      {data && data.reuses.length > 0 && (
        <ul className={styles.cards}>
          {data.reuses.map((reuse) => (
            <ReuseCard key={reuse.id} reuse={reuse} mayManage={data.mayManage} onChanged={again} />
          ))}
        </ul>
      )}
      {form === 'sent' && data && !data.mayManage && (
        <p className={controls.note} role="status">
          {t('datasets.reuses.sent')}
        </p>
      )}
      {form === 'open' ? (
        <ProposalForm
          dataset={id}
          onDone={(isSent) => {
            setForm(isSent ? 'sent' : 'closed')
            if (isSent) void again()
          }}
        />
      ) : data?.mayPropose ? (
        <button type="button" className={controls.button} onClick={() => setForm('open')}>
          {t('datasets.reuses.tell')}
        </button>
      ) : (
        data && (
          <Link
            to="/signin"
            search={({ lang }) => ({ lang, returnTo: `/datasets/${encodeURIComponent(id)}?tab=info` })}
            className={controls.button}
          >
            {t('datasets.reuses.signIn')}
          </Link>
        )
      )}
    </section>
  )
}
