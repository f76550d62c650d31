import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { splitName } from './names.ts'

/** A name of a person or an organisation; of the invented it says so. */
export function Named({ name: full, isSimulated = false }: { name: string; isSimulated?: boolean }) {
  const { t } = useLanguage()
  const { name, isSimulated: isMarked } = splitName(full)
  if (!isMarked && !isSimulated) return <>{name}</>
  return (
    <>
      {name} <span className={`${controls.badge} ${controls.simulated}`}>{t('simulated.badge')}</span>
    </>
  )
}
