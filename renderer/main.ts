import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './app/App.vue';
import { router } from './app/router.ts';
import { chosenLanguage } from './composables/useLanguage.ts';
import { speak } from './locales/texts.ts';
import './styles/tokens.css';
import './styles/base.css';

await speak(chosenLanguage()).catch(() => {}); // English is always there
createApp(App).use(createPinia()).use(router).mount('#app');
