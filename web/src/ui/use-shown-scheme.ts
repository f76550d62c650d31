import { useComputedColorScheme } from '@mantine/core'

/** `light` or `dark`, as shown. */
export const useShownScheme = () => useComputedColorScheme('light')
