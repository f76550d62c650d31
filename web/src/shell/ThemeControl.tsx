import { Menu, useMantineColorScheme } from '@mantine/core'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import styles from './Shell.module.css'

const choices = [
  { value: 'auto', icon: 'system', label: 'theme.auto' },
  { value: 'light', icon: 'sun', label: 'theme.light' },
  { value: 'dark', icon: 'moon', label: 'theme.dark' },
] as const

/** Light, dark, or as the system says. */
export function ThemeControl() {
  const { t } = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const current = choices.find(({ value }) => value === colorScheme) ?? choices[0]
  return (
    <Menu position="bottom-end" width={180} transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <button type="button" className={styles.icon} aria-label={`${t('theme.choose')} ${t(current.label)}`}>
          <Icon name={current.icon} />
        </button>
      </Menu.Target>
      <Menu.Dropdown aria-label={t('theme.choose')}>
        {choices.map(({ value, icon, label }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon name={icon} size={16} />}
            rightSection={value === colorScheme ? '✓' : undefined}
            onClick={() => setColorScheme(value)}
          >
            {t(label)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
