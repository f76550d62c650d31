import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { AccountItem } from '../../../../src/accounts/schema.ts'
import controls from '../../datasets/Controls.module.css'
import { formatNumber } from '../../ui/format.ts'
import { useLanguage } from '../../ui/use-language.ts'
import { plain } from '../../vessels/rules.ts'
import { ask } from '../ask.ts'
import { Confirm } from '../form/Confirm.tsx'
import { Listed } from '../Listed.tsx'
import { useMoments } from '../moments.ts'
import { Named } from '../Named.tsx'
import { initialsOf } from '../names.ts'
import styles from '../Page.module.css'
import { Refused } from '../Refused.tsx'
import { Section } from '../Section.tsx'
import type { PersonSession } from '../SignedIn.tsx'
import { RolesDialog } from './RolesDialog.tsx'

const key = ['accounts']
const pathOf = (id: string) => `/api/v1/accounts/${encodeURIComponent(id)}`

/** Every account, with its roles of the platform. */
export function PeoplePart({ session: { person: me } }: { session: PersonSession }) {
  const { t, language } = useLanguage()
  const { age } = useMoments()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const [roles, setRoles] = useState<AccountItem>()
  const [disabling, setDisabling] = useState<AccountItem>()
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask<{ accounts: AccountItem[] }>('/api/v1/accounts', { signal }),
  })
  const set = useMutation({
    mutationFn: ({ id, status }: { id: string; status: 'active' | 'disabled' }) =>
      ask(`${pathOf(id)}/status`, { method: 'PUT', body: { status } }),
    onSuccess: () => setDisabling(undefined),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  })
  const isAdmin = me.platformRoles.includes('platform-admin')
  const asked = plain(text)
  return (
    <Section
      title={t('accounts.admin.people')}
      about={
        list.data &&
        t('accounts.people.count', {
          count: list.data.accounts.length,
          shown: formatNumber(list.data.accounts.length, language),
        })
      }
      action={
        <input
          type="search"
          className={`${controls.input} ${styles.find}`}
          aria-label={t('accounts.people.find')}
          placeholder={t('accounts.people.find')}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      }
    >
      {!disabling && <Refused error={set.error} />}
      <Listed query={list}>
        {({ accounts }) => {
          const shown = accounts.filter(({ name, email }) => plain(`${name} ${email}`).includes(asked))
          if (shown.length === 0)
            return (
              <div className={styles.empty}>
                <strong>{t('accounts.people.none', { text })}</strong>
              </div>
            )
          return (
            <ul className={styles.list}>
              {shown.map((account) => (
                <li
                  key={account.id}
                  className={styles.item}
                  data-off={account.status === 'active' ? undefined : ''}
                >
                  <span className={styles.round} aria-hidden="true">
                    {initialsOf(account.name)}
                  </span>
                  <div className={styles.what}>
                    <strong>
                      {account.status === 'erased' ? (
                        t('accounts.erasedPerson')
                      ) : (
                        <Named name={account.name} isSimulated={account.isDemo} />
                      )}
                      {account.platformRoles.map((role) => (
                        <span key={role} className={controls.badge}>
                          {t(`accounts.platformRole.${role}`)}
                        </span>
                      ))}
                      {account.status === 'disabled' && (
                        <span className={`${controls.badge} ${styles.caution}`}>
                          {t('accounts.people.disabled')}
                        </span>
                      )}
                    </strong>
                    <span className={styles.sub}>
                      {[
                        account.email,
                        account.lastLoginAt
                          ? t('accounts.people.seen', { age: age(account.lastLoginAt) })
                          : t('accounts.people.neverSeen'),
                        account.hasTotp ? t('accounts.people.hasTotp') : '',
                        account.providers.join(', '),
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </div>
                  {isAdmin && account.status !== 'erased' && (
                    <>
                      <button
                        type="button"
                        className={controls.button}
                        aria-label={t('accounts.people.rolesOf', { name: account.name })}
                        onClick={() => setRoles(account)}
                      >
                        {t('accounts.people.roles')}
                      </button>
                      {account.status === 'disabled' ? (
                        <button
                          type="button"
                          className={controls.button}
                          disabled={set.isPending}
                          onClick={() => set.mutate({ id: account.id, status: 'active' })}
                        >
                          {t('accounts.people.enable')}
                        </button>
                      ) : (
                        account.id !== me.id && (
                          <button
                            type="button"
                            className={controls.button}
                            aria-label={t('accounts.people.disableOne', { name: account.name })}
                            onClick={() => setDisabling(account)}
                          >
                            {t('accounts.people.disable')}
                          </button>
                        )
                      )}
                    </>
                  )}
                </li>
              ))}
            </ul>
          )
        }}
      </Listed>
      {disabling && (
        <Confirm
          title={t('accounts.people.disableOne', { name: disabling.name })}
          action={t('accounts.people.disable')}
          doing={set}
          onConfirm={() => set.mutate({ id: disabling.id, status: 'disabled' })}
          onClose={() => setDisabling(undefined)}
        >
          {t('accounts.people.disableWhy')}
        </Confirm>
      )}
      {roles && (
        <RolesDialog
          account={roles}
          onDone={() => void queries.invalidateQueries({ queryKey: key })}
          onClose={() => setRoles(undefined)}
        />
      )}
    </Section>
  )
}
