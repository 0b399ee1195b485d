import { usePreferredDark, useStorage } from '@vueuse/core';
import { computed, watchEffect } from 'vue';

export const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const choice = useStorage<Theme>('magnilab-theme', 'system');
const systemDark = usePreferredDark();
const dark = computed(() => choice.value === 'dark' || (choice.value === 'system' && systemDark.value));

watchEffect(() => {
  document.documentElement.dataset.theme = dark.value ? 'dark' : 'light';
});

/** The theme of the whole page: what the user chose, and whether it is dark now. */
export function useTheme() {
  return { choice, dark };
}
