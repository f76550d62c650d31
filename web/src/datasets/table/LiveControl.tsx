import { Icon } from '../../ui/Icon.tsx'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import styles from './RecordTable.module.css'
import type { LiveState } from './use-live-rows.ts'

/** Says whether new rows come into the table, and stops or follows them. */
export function LiveControl({
  isPaused,
  state,
  onToggle,
}: {
  isPaused: boolean
  state: LiveState
  onToggle: () => void
}) {
  const { t } = useLanguage()
  const shown = isPaused ? 'paused' : state
  return (
    <div className={styles.live} data-live={shown}>
      <span className={styles.pulse} aria-hidden="true" />
      <span role="status">{t(`datasets.table.live.${shown}`)}</span>
      <button type="button" className={controls.quiet} onClick={onToggle}>
        <Icon name={isPaused ? 'play' : 'pause'} size={14} />
        {t(isPaused ? 'datasets.table.follow' : 'datasets.table.pause')}
      </button>
    </div>
  )
}
