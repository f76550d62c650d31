import type { SessionView } from '../../../../src/accounts/schema.ts'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import form from '../form/Form.module.css'
import styles from './Entrance.module.css'

/** The identity providers of this instance, each with its own name. */
export function Providers({
  providers,
  returnTo,
}: {
  providers: SessionView['providers']
  returnTo: string
}) {
  const { t } = useLanguage()
  if (providers.length === 0) return null
  return (
    <>
      <p className={styles.or}>{t('accounts.signin.or')}</p>
      <ul className={styles.providers}>
        {providers.map(({ id, name, startUrl }) => (
          <li key={id}>
            <a
              className={`${controls.button} ${form.whole}`}
              href={`${startUrl}?${new URLSearchParams({ returnTo })}`}
            >
              {t('accounts.signin.with', { name })}
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}
