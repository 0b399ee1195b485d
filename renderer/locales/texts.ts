import { createI18n } from 'vue-i18n';
import { errorCodes } from '../../shared/contract/error-codes.ts';
import { en as shared } from '../../shared/texts/en.ts';
import type { KeysOf } from '../../shared/texts/text.ts';
import en from './en.json';

/** All texts of the page: its own, and those that it shares with menu and command line (shared/texts). */
export const messages = { ...shared, ...en };

/** The address of a text; one that is not there does not compile. */
export type PageText = KeysOf<typeof messages>;

/** Another language is another file of locales/ and of shared/texts/ with the same keys, and a line here. */
const LANGUAGES = {
  en: () => Promise.resolve(messages),
  de: async () => {
    const [{ de: shared }, own] = await Promise.all([import('../../shared/texts/de.ts'), import('./de.json')]);
    return { ...shared, ...own.default };
  },
} satisfies Record<string, () => Promise<Translated<typeof messages>>>;
export type Language = keyof typeof LANGUAGES;
export const languages = Object.keys(LANGUAGES) as Language[];

/** What a language says in the place of another's texts. */
type Translated<T> = { [K in keyof T]: T[K] extends string ? string : Translated<T[K]> };

const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en: messages } as Record<string, typeof messages>,
});

/** The language of the page. */
export function spoken(): Language {
  return i18n.global.locale.value as Language;
}

/** Fetches the texts of a language; before the page is shown, since parts of it ask for their texts once. */
export async function speak(language: Language): Promise<void> {
  i18n.global.setLocaleMessage(language, (await LANGUAGES[language]()) as typeof messages);
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
}

/** A text in the language of the page. @param params by their names in braces; a number chooses between singular and plural */
export function t(key: PageText, params?: number | Readonly<Record<string, unknown>>): string {
  const translate = i18n.global.t as (key: string, ...params: unknown[]) => string;
  return params === undefined ? translate(key) : translate(key, params);
}

/** An error in one line: its heading and what it says. */
export function errorWords({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${errorTitle(code)}: ${message}`;
}

/** The heading of an error, by its code as it came; none for one of a newer lab. */
export function errorTitle(code: string): string {
  const known = errorCodes.find((one) => one === code) ?? (code === 'disconnected' ? code : null);
  return known === null ? '' : t(`errors.${known}`);
}
