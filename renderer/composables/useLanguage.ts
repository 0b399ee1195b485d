import { useStorage } from '@vueuse/core';
import { type Language, languages } from '../locales/texts.ts';

const stored = useStorage<Language>('magnilab-language', 'en');

/** The language that was chosen for the page; English where it is one of another version. */
export function chosenLanguage(): Language {
  return languages.includes(stored.value) ? stored.value : 'en';
}

/** Keeps the choice and shows the page anew: what was typed is kept by the lab. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem('magnilab-language', language); // at once: the page is left
  location.reload();
}
