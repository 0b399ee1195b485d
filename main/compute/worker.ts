/** A compute thread: runs functions of the table by name. */
import { parentPort } from 'node:worker_threads';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { Context, FromThread, ToThread } from './messages.ts';
import { functions } from './table.ts';

const running = new Map<number, AbortController>();
const answer = (message: FromThread) => parentPort!.postMessage(message);

parentPort!.on('message', (message: ToThread) => {
  if (message.type === 'cancel') running.get(message.id)?.abort();
  else void run(message.id, message.name, message.input);
});

async function run(id: number, name: string, input: unknown): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    if (!Object.hasOwn(functions, name)) throw new LabError('internal', `There is no function "${name}".`);
    const work = functions[name as keyof typeof functions] as (input: unknown, context: Context) => unknown;
    const tell: Context['tell'] = (progress) => answer({ type: 'progress', id, progress });
    answer({ type: 'value', id, value: await work(input, { signal: controller.signal, tell }) });
  } catch (error) {
    answer({ type: 'error', id, error: toEnvelope(error) });
  } finally {
    running.delete(id);
  }
}
