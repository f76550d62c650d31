import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { CharterView } from '../../../src/organisations/schema.ts'
import { ask } from '../accounts/ask.ts'
import { Listed } from '../accounts/Listed.tsx'
import { useMoments } from '../accounts/moments.ts'
import { splitName } from '../accounts/names.ts'
import styles from '../accounts/Page.module.css'
import { Refused } from '../accounts/Refused.tsx'
import { Section } from '../accounts/Section.tsx'
import { useSession } from '../accounts/session.ts'
import controls from '../datasets/Controls.module.css'
import { formatNumber } from '../ui/format.ts'
import { useLanguage } from '../ui/use-language.ts'
import { charterPath, useCharter } from './api.ts'
import { CharterDialog } from './CharterDialog.tsx'
import own from './Organisations.module.css'

export interface CharterProps {
  /** Undefined for the charter of the platform. */
  consortium: string | undefined
  /** The reader acts as administrator of an organisation that may sign. */
  maySign: boolean
  mayPublish: boolean
}

/** A charter: its text in force, who signed which version, and the signing of it. */
export function CharterSection({ consortium, maySign, mayPublish }: CharterProps) {
  const { t } = useLanguage()
  const charter = useCharter(consortium)
  const [isPublishing, setPublishing] = useState(false)
  const publish = mayPublish && (
    <button type="button" className={controls.button} onClick={() => setPublishing(true)}>
      {t(charter.data?.length ? 'organisations.charter.next' : 'organisations.charter.first')}
    </button>
  )
  return (
    <Section
      title={t(consortium === undefined ? 'organisations.charter.ofPlatform' : 'organisations.charter.title')}
      action={charter.data?.length ? publish : undefined}
    >
      <Listed query={charter}>
        {(versions) =>
          versions[0] ? (
            <Text consortium={consortium} newest={versions[0]} versions={versions} maySign={maySign} />
          ) : (
            <div className={styles.empty}>
              <strong>{t('organisations.charter.none')}</strong>
              <p>{t('organisations.charter.noneWhy')}</p>
              {publish}
            </div>
          )
        }
      </Listed>
      {isPublishing && (
        <CharterDialog
          consortium={consortium}
          newest={charter.data?.[0]}
          onClose={() => setPublishing(false)}
        />
      )}
    </Section>
  )
}

function Text({
  consortium,
  newest,
  versions,
  maySign,
}: {
  consortium: string | undefined
  newest: CharterView
  versions: readonly CharterView[]
  maySign: boolean
}) {
  const { t, language } = useLanguage()
  const { day } = useMoments()
  const { data: session } = useSession()
  const queries = useQueryClient()
  const sign = useMutation({
    mutationFn: () =>
      ask<{ versions: CharterView[] }>(`${charterPath(consortium)}/signatures`, {
        method: 'POST',
        body: { version: newest.version, sha256: newest.sha256 },
      }),
    onSuccess: ({ versions: signed }) => {
      queries.setQueryData(['charter', consortium ?? ''], signed)
      for (const key of ['consortium', 'consortia', 'organisation', 'organisations'])
        void queries.invalidateQueries({ queryKey: [key] })
    },
  })
  const mine = newest.signatures.find(({ organisation }) => organisation === session?.organisation)
  const version = formatNumber(newest.version, language)
  return (
    <>
      <div className={styles.card}>
        <p className={styles.sub}>
          {t('organisations.charter.versionOf', { version, day: day(newest.publishedAt) })}
          {newest.requiredAt > newest.publishedAt &&
            ` · ${t('organisations.charter.required', { day: day(newest.requiredAt) })}`}
        </p>
        <p className={own.charter} lang={language}>
          {newest.text[language]}
        </p>
        <p className={own.hash}>{`SHA-256 ${newest.sha256}`}</p>
        {(maySign || mine) && (
          <div className={own.signed}>
            <p role="status">
              {mine
                ? t('organisations.charter.mine', { day: day(mine.signedAt), version })
                : t('organisations.charter.signWhy')}
            </p>
            {!mine && (
              <button
                type="button"
                className={controls.primary}
                disabled={sign.isPending}
                onClick={() => sign.mutate()}
              >
                {t('organisations.charter.sign', { version })}
              </button>
            )}
          </div>
        )}
        <Refused error={sign.error} />
      </div>
      {versions.some(({ signatures }) => signatures.length > 0) ? (
        <ul className={styles.list} aria-label={t('organisations.charter.signatures')}>
          {versions.flatMap((one) =>
            one.signatures.map((signature) => (
              <li key={`${one.version} ${signature.organisation}`} className={styles.item}>
                <span className={styles.what}>
                  <strong>{splitName(signature.organisationName).name}</strong>
                </span>
                <span className={styles.sub}>
                  {t('organisations.charter.signedOn', {
                    version: formatNumber(one.version, language),
                    day: day(signature.signedAt),
                  })}
                </span>
              </li>
            )),
          )}
        </ul>
      ) : (
        <p className={styles.about}>{t('organisations.charter.nobody')}</p>
      )}
    </>
  )
}
