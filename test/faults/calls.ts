import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import { answer } from '../../main/ipc/serve-channel.ts';
import type { CallInput, CallName } from '../../shared/contract/api.ts';
import type { Campaign } from './campaign.ts';
import { inFolder, labHere, reference, tinyPlan, tissue } from './world.ts';

/** Growth beyond caches that fill once, bytes. */
const MOST_GROWTH = 30e6;
const SLOWEST_MS = 10_000;

/** Every reading call, over and over through the wire's own way: answers stay right, memory stays. */
export const calls: Campaign = {
  name: 'memory over many calls',
  unit: 'calls',
  short: 200,
  full: 5000,
  run: (count) =>
    inFolder(async (folder) => {
      const plan = tinyPlan(await tissue(), { training: { ...tinyPlan('/x').training, epochs: 2 } });
      const { project } = await reference(folder, plan);
      const lab = labHere(join(folder, 'lab'));
      await lab.services['projects.open']({ folder: project });
      const trial = 'Tiny_convmixer_test_40x_s0';
      const reads: [CallName, CallInput<CallName>][] = [
        ['lab.info', {}],
        ['models.list', {}],
        ['tasks.list', {}],
        ['files.list', { path: project }],
        ['projects.recent', {}],
        ['projects.problems', {}],
        ['dataset.summary', {}],
        ['dataset.images', { filter: {}, offset: 0, limit: 50 }],
        ['plans.list', {}],
        ['plans.open', { name: 'Tiny' }],
        ['plans.check', { plan }],
        ['plans.split', { split: plan.split }],
        ['studies.list', {}],
        ['trials.history', { trial }],
        ['trials.log', { trial, limit: 1000 }],
        ['studies.order', { studies: ['Tiny'] }],
        ['results.cells', { study: 'Tiny' }],
        ['results.study', { study: 'Tiny' }],
        ['results.images', { trial, view: { magnification: 40, scale: 'native' }, truth: 'benign', predicted: 'benign' }],
        ['reports.preview', { study: 'Tiny' }],
        ['try.networks', {}],
        ['try.images', {}],
      ];
      const findings = new Set<string>();
      let before = 0;
      try {
        for (let i = 0; i < count; i++) {
          if (i === Math.floor(count / 4)) before = usedBytes(); // caches are filled by now
          const [name, input] = reads[i % reads.length];
          const started = performance.now();
          const { ok } = await answer(lab.services, name, input);
          if (!ok) findings.add(`${name} failed`);
          if (performance.now() - started > SLOWEST_MS) findings.add(`${name} took over ${SLOWEST_MS} ms`);
        }
      } finally {
        await lab.close();
      }
      const growth = usedBytes() - before;
      if (growth > MOST_GROWTH) findings.add(`memory grew by ${(growth / 1e6).toFixed(0)} MB`);
      return { count, findings: [...findings], note: `growth ${(growth / 1e6).toFixed(1)} MB` };
    }),
};

/** After a collection of garbage. */
function usedBytes(): number {
  setFlagsFromString('--expose_gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
