import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';
import { screens } from '../../shared/contract/screens.ts';
import { screenParts } from './screens.ts';

const routes: RouteRecordRaw[] = [
  ...screens.map(({ id, path, needsProject }) => ({
    path,
    name: id,
    component: screenParts[id].view,
    meta: { needsProject },
  })),
  { path: '/:rest(.*)*', redirect: '/' },
];

/** Hash history: the page works from any address, a file included. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes,
  scrollBehavior: () => ({ top: 0 }),
});
