import { useState } from 'react'
import type { KeyView } from '../../../src/accounts/schema.ts'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { Confirm } from './form/Confirm.tsx'
import { stateOfKey, useRevokeKey } from './keys.ts'
import { useMoments } from './moments.ts'
import { splitName } from './names.ts'
import styles from './Page.module.css'

/** Keys with what they may, until when and when they were used; each can be revoked. */
export function KeyList({ keys, isOfMany = false }: { keys: readonly KeyView[]; isOfMany?: boolean }) {
  const { t } = useLanguage()
  const { age, day } = useMoments()
  const [asked, setAsked] = useState<KeyView>()
  const revoke = useRevokeKey()
  const nowMs = Date.now()
  return (
    <>
      <ul className={styles.list}>
        {keys.map((key) => {
          const state = stateOfKey(key, nowMs)
          const details = [
            key.scopes.map((scope) => t(`accounts.scope.${scope}`)).join(', '),
            key.datasets === null ? t('accounts.keys.allDatasets') : key.datasets.join(', '),
            key.cidrs.join(', '),
          ]
          const dates = [
            state === 'revoked'
              ? t('accounts.keys.revokedOn', { day: day(key.revokedAt!) })
              : t(state === 'expired' ? 'accounts.keys.expiredOn' : 'accounts.keys.until', {
                  day: day(key.expiresAt),
                }),
            key.lastUsedAt
              ? t('accounts.keys.used', { age: age(key.lastUsedAt) })
              : t('accounts.keys.neverUsed'),
            isOfMany ? splitName(key.userName).name || t('accounts.erasedPerson') : '',
          ]
          return (
            <li key={key.prefix} className={styles.item} data-off={state === 'live' ? undefined : ''}>
              <div className={styles.what}>
                <strong>
                  {key.name} <code>lac_{key.prefix}_…</code>
                  {state !== 'live' && (
                    <span className={controls.badge}>{t(`accounts.keys.state.${state}`)}</span>
                  )}
                </strong>
                <span className={styles.sub}>{details.filter(Boolean).join(' · ')}</span>
                <span className={styles.sub}>{dates.filter(Boolean).join(' · ')}</span>
              </div>
              {state === 'live' && (
                <button
                  type="button"
                  className={controls.button}
                  aria-label={t('accounts.keys.revokeOne', { name: key.name })}
                  onClick={() => setAsked(key)}
                >
                  {t('accounts.keys.revoke')}
                </button>
              )}
            </li>
          )
        })}
      </ul>
      {asked && (
        <Confirm
          title={t('accounts.keys.revokeOne', { name: asked.name })}
          action={t('accounts.keys.revoke')}
          doing={revoke}
          onConfirm={() => revoke.mutate(asked.prefix, { onSuccess: () => setAsked(undefined) })}
          onClose={() => setAsked(undefined)}
        >
          {t('accounts.keys.revokeWhy')}
        </Confirm>
      )}
    </>
  )
}
