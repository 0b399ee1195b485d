import { Worker } from 'node:worker_threads';
import type { Campaign } from './campaign.ts';
import { inFolder } from './world.ts';

/** What the thread says: that it goes on with an input, or what went wrong. */
export type FromMutator = { readonly at: string } | { readonly finding: string };

const HANG_MS = 10_000;
const MOST_MEMORY = 2e9;

/** Damaged images, weights, plans, tables, lists and messages, seeded: each is taken or refused with a reason, soon, in little memory. */
export const mutations: Campaign = {
  name: 'mutated inputs',
  unit: 'inputs',
  short: 80,
  full: 3000,
  run: (count) =>
    inFolder(async (folder) => {
      const findings: string[] = [];
      const before = process.resourceUsage().maxRSS * 1024;
      const worker = new Worker(new URL('./mutator.ts', import.meta.url), { workerData: { folder, count } });
      let at = 'the start';
      let heard = performance.now();
      await new Promise<void>((resolve) => {
        const timer = setInterval(() => {
          if (performance.now() - heard < HANG_MS) return;
          findings.push(`nothing for ${HANG_MS} ms at ${at}`);
          void worker.terminate();
        }, 500);
        worker.on('message', (message: FromMutator) => {
          heard = performance.now();
          if ('at' in message) at = message.at;
          else findings.push(message.finding);
        });
        worker.on('error', (error) => findings.push(`the process broke at ${at}: ${String(error)}`));
        worker.on('exit', () => {
          clearInterval(timer);
          resolve();
        });
      });
      const peak = process.resourceUsage().maxRSS * 1024;
      if (peak > MOST_MEMORY && peak > before) findings.push(`memory reached ${(peak / 1e9).toFixed(1)} GB`);
      return { count, findings, note: `memory at most ${(peak / 1e6).toFixed(0)} MB` };
    }),
};
