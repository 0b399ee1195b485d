import { createI18n } from 'vue-i18n';
import { en as shared } from '../../shared/texts/en.ts';
import en from '../locales/en.json';

/** All texts of the page: its own, and those that it shares with menu and command line. */
export const messages = { ...shared, ...en };

/** Another language is another file of locales/ and of shared/texts/ with the same keys. */
export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en: messages } });
