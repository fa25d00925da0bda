// Mantine in our tokens: the same accent, radius, type and hairlines as everything else.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const indigo: MantineColorsTuple = [
  '#eeeefd', '#dcddfb', '#b9bbf5', '#9498f0', '#777cec', '#6369ea', '#5a5fe6', '#4b4fd6', '#4044bf', '#3538a8',
]

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 6 },
  colors: { indigo },
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  radius: { xs: '4px', sm: '6px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'sm',
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    TextInput: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { transitionProps: { duration: 120, transition: 'fade' }, overlayProps: { color: 'var(--scrim)', backgroundOpacity: 1 } } },
    Popover: { defaultProps: { transitionProps: { duration: 80 }, shadow: 'none' } },
  },
})

const mapped = {
  '--mantine-color-body': 'var(--bg)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-3)',
  '--mantine-color-default': 'var(--bg)',
  '--mantine-color-default-hover': 'var(--bg-hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-anchor': 'var(--accent-text)',
  '--mantine-color-error': 'var(--status-failed)',
  '--mantine-color-disabled': 'var(--bg-active)',
  '--mantine-color-disabled-color': 'var(--text-disabled)',
  '--input-height-sm': 'var(--control)',
  '--input-height-xs': '28px',
}

export const variables: CSSVariablesResolver = () => ({ variables: mapped, light: mapped, dark: mapped })
