import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'start', component: () => import('../views/StartView.vue') },
  { path: '/data', name: 'data', component: () => import('../views/DataView.vue'), meta: { needsProject: true } },
  { path: '/plan', name: 'plan', component: () => import('../views/PlanView.vue'), meta: { needsProject: true } },
  { path: '/run', name: 'run', component: () => import('../views/RunView.vue'), meta: { needsProject: true } },
  { path: '/results', name: 'results', component: () => import('../views/ResultsView.vue'), meta: { needsProject: true } },
  { path: '/settings', name: 'settings', component: () => import('../views/SettingsView.vue') },
  { path: '/:rest(.*)*', redirect: '/' },
];

/** Hash history: the page works from any address, a file included. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes,
  scrollBehavior: () => ({ top: 0 }),
});
