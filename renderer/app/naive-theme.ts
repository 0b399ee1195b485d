import type { GlobalThemeOverrides } from 'naive-ui';

/** The tokens of styles/tokens.css for the component library, which computes shades and so needs real colours. */
export function themeOverrides(dark: boolean): GlobalThemeOverrides {
  const accent = dark
    ? { primaryColor: '#b8a2f7', primaryColorHover: '#cebffa', primaryColorPressed: '#a58ceb', primaryColorSuppl: '#b8a2f7' }
    : { primaryColor: '#5b3fb0', primaryColorHover: '#472f91', primaryColorPressed: '#3a2678', primaryColorSuppl: '#5b3fb0' };
  return {
    common: {
      ...accent,
      borderRadius: '8px',
      fontFamily: 'var(--font)',
      fontFamilyMono: 'var(--mono)',
      textColorBase: dark ? '#eeeaf6' : '#201a2e',
      textColor1: dark ? '#eeeaf6' : '#201a2e',
      textColor2: dark ? '#eeeaf6' : '#201a2e',
      textColor3: dark ? '#b0a8c2' : '#5d5670',
      placeholderColor: dark ? '#a198b4' : '#6a637c',
      bodyColor: dark ? '#131019' : '#f6f4f9',
      cardColor: dark ? '#1c1825' : '#ffffff',
      modalColor: dark ? '#1c1825' : '#ffffff',
      popoverColor: dark ? '#2b2438' : '#ffffff',
      inputColor: dark ? '#251f31' : '#ffffff',
      borderColor: dark ? '#81779a' : '#9c94ae',
      dividerColor: dark ? '#352e45' : '#e3deec',
    },
    Button: { fontWeight: '550', heightLarge: '44px', textColorPrimary: dark ? '#1b1231' : '#ffffff' },
    Input: { border: dark ? '1px solid #81779a' : '1px solid #887f9c' },
    Tooltip: { color: dark ? '#352e45' : '#2b2438', textColor: '#f5f2fb', borderRadius: '8px' },
    Table: {
      borderColor: dark ? '#352e45' : '#e3deec',
      thColor: 'transparent',
      tdColor: 'transparent',
      thColorModal: 'transparent',
      tdColorModal: 'transparent',
      thTextColor: dark ? '#b0a8c2' : '#5d5670',
      thFontWeight: '550',
      thPaddingSmall: '6px 10px',
      tdPaddingSmall: '6px 10px',
    },
    Progress: { railColor: dark ? '#352e45' : '#e6e1ef' },
  };
}
