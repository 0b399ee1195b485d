import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Frees what JavaScript no longer holds, now. V8 does not see how tight native memory is, and would let what recording and
 * initial weights left lie about while training needs the most.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc'); // the only way to it in a process that was started without
  (runInNewContext('gc') as () => void)();
}
