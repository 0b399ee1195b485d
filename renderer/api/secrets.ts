import type { Secrets } from './channels.ts';

const KEY = 'magnilab-key';

/**
 * The token in the page's address and the key in the storage of its origin, which no other port of this machine can read. The
 * token is taken out of the address at once: it would stand in the history.
 */
export function pageSecrets(page: Window): Secrets {
  let token = new URLSearchParams(page.location.search).get('token');
  if (token !== null) page.history.replaceState(page.history.state, '', page.location.pathname + page.location.hash);
  return {
    takeToken() {
      const taken = token;
      token = null;
      return taken;
    },
    readKey: () => page.localStorage.getItem(KEY),
    keepKey: (key) => page.localStorage.setItem(KEY, key),
  };
}
