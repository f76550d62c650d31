import { useQuery } from '@tanstack/react-query'
import type { KeyView } from '../../../src/accounts/schema.ts'
import { ask } from '../accounts/ask.ts'
import { KeyList } from '../accounts/KeyList.tsx'
import { keysKey } from '../accounts/keys.ts'
import { Listed } from '../accounts/Listed.tsx'
import styles from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { organisationPath } from './api.ts'
import type { OrganisationPartProps } from './OrganisationPage.tsx'

/** Keys that act for an organisation, whoever made them. */
export function KeysTab({ organisation: { id } }: OrganisationPartProps) {
  const { t } = useLanguage()
  const list = useQuery({
    queryKey: [keysKey, id],
    queryFn: ({ signal }) => ask<{ keys: KeyView[] }>(`${organisationPath(id)}/keys`, { signal }),
  })
  return (
    <Section title={t('organisations.tab.keys')} about={t('organisations.keys.about')}>
      <Listed query={list}>
        {({ keys }) =>
          keys.length === 0 ? (
            <div className={styles.empty}>
              <strong>{t('organisations.keys.none')}</strong>
              <p>{t('organisations.keys.noneWhy')}</p>
            </div>
          ) : (
            <KeyList keys={keys} isOfMany />
          )
        }
      </Listed>
    </Section>
  )
}
