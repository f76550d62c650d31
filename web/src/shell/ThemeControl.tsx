import { useMantineColorScheme } from '@mantine/core'
import { Flyout } from '../ui/Flyout.tsx'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import shell from './Shell.module.css'
import styles from './ThemeControl.module.css'

const choices = [
  { value: 'auto', icon: 'system', label: 'theme.auto' },
  { value: 'light', icon: 'sun', label: 'theme.light' },
  { value: 'dark', icon: 'moon', label: 'theme.dark' },
] as const

/** Light, dark, or as the system says. */
export function ThemeControl() {
  const { t } = useLanguage()
  const { colorScheme } = useMantineColorScheme()
  const current = choices.find(({ value }) => value === colorScheme) ?? choices[0]
  return (
    <Flyout
      title={t('theme.choose')}
      label={`${t('theme.choose')} ${t(current.label)}`}
      className={shell.icon}
      button={<Icon name={current.icon} />}
      align="end"
    >
      {(close) => <ThemeChoices onChosen={close} />}
    </Flyout>
  )
}

export function ThemeChoices({ onChosen }: { onChosen: () => void }) {
  const { t } = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <>
      {choices.map(({ value, icon, label }) => (
        <button
          key={value}
          type="button"
          className={styles.choice}
          aria-pressed={value === colorScheme}
          onClick={() => {
            setColorScheme(value)
            onChosen()
          }}
        >
          <Icon name={icon} size={16} />
          {t(label)}
        </button>
      ))}
    </>
  )
}
