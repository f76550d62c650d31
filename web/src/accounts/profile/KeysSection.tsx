import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { KeyView } from '../../../../src/accounts/schema.ts'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { ask } from '../ask.ts'
import { KeyList } from '../KeyList.tsx'
import { keysKey, myKeysPath } from '../keys.ts'
import { Listed } from '../Listed.tsx'
import { splitName } from '../names.ts'
import styles from '../Page.module.css'
import { Section } from '../Section.tsx'
import type { PersonSession } from '../SignedIn.tsx'
import { KeyDialog } from './KeyDialog.tsx'

/** My API keys: for programs that ask on my behalf. */
export function KeysSection({ session: { memberships, organisation } }: { session: PersonSession }) {
  const { t } = useLanguage()
  const [isMaking, setMaking] = useState(false)
  const list = useQuery({
    queryKey: [keysKey, 'mine'],
    queryFn: ({ signal }) => ask<{ keys: KeyView[] }>(myKeysPath, { signal }),
  })
  const acting = memberships.find((membership) => membership.organisation === organisation)
  const make = (
    <button type="button" className={controls.primary} onClick={() => setMaking(true)}>
      {t('accounts.keys.make')}
    </button>
  )
  const hasKeys = list.data !== undefined && list.data.keys.length > 0
  return (
    <Section
      title={t('accounts.profile.keys')}
      about={t('accounts.keys.about')}
      action={hasKeys ? make : undefined}
    >
      <Listed query={list}>
        {({ keys }) =>
          keys.length === 0 ? (
            <div className={styles.empty}>
              <strong>{t('accounts.keys.none')}</strong>
              <p>{t('accounts.keys.noneWhy')}</p>
              {make}
            </div>
          ) : (
            <KeyList keys={keys} />
          )
        }
      </Listed>
      {isMaking && (
        <KeyDialog
          organisationName={acting ? splitName(acting.organisationName).name : undefined}
          onClose={() => setMaking(false)}
        />
      )}
    </Section>
  )
}
