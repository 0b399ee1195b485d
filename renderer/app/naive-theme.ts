import type { GlobalThemeOverrides } from 'naive-ui';

/** The tokens of styles/tokens.css from which the component library computes shades, and so needs as colours. */
const light = {
  accent: { usual: '#5b3fb0', hover: '#472f91', pressed: '#3a2678' },
  onAccent: '#ffffff',
  text: '#201a2e',
  quiet: '#5d5670',
  placeholder: '#6a637c',
  ground: '#f6f4f9',
  surface: '#ffffff',
  raised: '#ffffff',
  field: '#ffffff',
  border: '#9c94ae',
  line: '#e3deec',
  tooltip: '#2b2438',
};
const dark: typeof light = {
  accent: { usual: '#b8a2f7', hover: '#cebffa', pressed: '#a58ceb' },
  onAccent: '#1b1231',
  text: '#eeeaf6',
  quiet: '#b0a8c2',
  placeholder: '#a198b4',
  ground: '#131019',
  surface: '#1c1825',
  raised: '#2b2438',
  field: '#251f31',
  border: '#81779a',
  line: '#352e45',
  tooltip: '#352e45',
};

export function themeOverrides(isDark: boolean): GlobalThemeOverrides {
  const { accent, onAccent, text, quiet, placeholder, ground, surface, raised, field, border, line, tooltip } = isDark
    ? dark
    : light;
  return {
    common: {
      primaryColor: accent.usual,
      primaryColorHover: accent.hover,
      primaryColorPressed: accent.pressed,
      primaryColorSuppl: accent.usual,
      borderRadius: '8px',
      fontFamily: 'var(--font)',
      fontFamilyMono: 'var(--mono)',
      textColorBase: text,
      textColor1: text,
      textColor2: text,
      textColor3: quiet,
      placeholderColor: placeholder,
      bodyColor: ground,
      cardColor: surface,
      modalColor: surface,
      popoverColor: raised,
      inputColor: field,
      borderColor: border,
      dividerColor: line,
    },
    Button: { fontWeight: '550', heightLarge: '44px', textColorPrimary: onAccent },
    Input: { border: '1px solid var(--line-strong)' },
    Tooltip: { color: tooltip, textColor: '#f5f2fb', borderRadius: '8px' },
    Table: {
      borderColor: line,
      thColor: 'transparent',
      tdColor: 'transparent',
      thColorModal: 'transparent',
      tdColorModal: 'transparent',
      thTextColor: quiet,
      thFontWeight: '550',
      thPaddingSmall: '6px 10px',
      tdPaddingSmall: '6px 10px',
    },
  };
}
