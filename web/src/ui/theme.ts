import { type CSSVariablesResolver, createTheme } from '@mantine/core'

/** Mantine speaks with the tokens of tokens.css; nothing of its own palette is seen. */
export const theme = createTheme({
  fontFamily: 'var(--face)',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '10px', xl: '12px' },
  focusRing: 'never',
  respectReducedMotion: true,
})

const tokens = {
  '--mantine-color-body': 'var(--paper)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-2)',
  '--mantine-color-default': 'var(--card)',
  '--mantine-color-default-hover': 'var(--blue-soft)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-anchor': 'var(--blue)',
  '--mantine-primary-color-filled': 'var(--blue)',
  '--mantine-primary-color-filled-hover': 'var(--blue)',
  '--mantine-primary-color-contrast': 'var(--on-blue)',
}

export const tokenVariables: CSSVariablesResolver = () => ({ variables: tokens, light: tokens, dark: tokens })
