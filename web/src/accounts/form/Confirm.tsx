import type { ReactNode } from 'react'
import controls from '../../datasets/Controls.module.css'
import { useLanguage } from '../../ui/use-language.ts'
import { Refused } from '../Refused.tsx'
import { Dialog } from './Dialog.tsx'
import form from './Form.module.css'

/** Asks before something that cannot simply be taken back, and says what follows from it. */
export function Confirm({
  title,
  action,
  doing,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  /** The verb on the button. */
  action: string
  doing: { isPending: boolean; error: unknown }
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}) {
  const { t } = useLanguage()
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={form.form}>
        <p>{children}</p>
        <Refused error={doing.error} />
        <div className={`${form.actions} ${form.end}`}>
          <button type="button" className={controls.button} onClick={onClose}>
            {t('accounts.form.cancel')}
          </button>
          <button type="button" className={controls.danger} disabled={doing.isPending} onClick={onConfirm}>
            {action}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
