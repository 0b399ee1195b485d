import { createI18n } from 'vue-i18n';
import en from '../locales/en.json';

/** All texts of the page. Another language is another file of locales/ with the same keys. */
export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en } });
