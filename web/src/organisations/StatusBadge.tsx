import type { OrganisationView } from '../../../src/organisations/schema.ts'
import styles from '../accounts/Page.module.css'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'

/** Says it when an organisation does not take part as others do; nothing when it is active. */
export function StatusBadge({ status }: { status: OrganisationView['status'] }) {
  const { t } = useLanguage()
  if (status === 'active') return null
  return (
    <span className={`${controls.badge} ${status === 'suspended' ? styles.caution : ''}`}>
      {t(`organisations.status.${status}`)}
    </span>
  )
}
