/** Where the time of one trial goes: how soon its first step comes, and what stands between its epochs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDemoTissue } from '../main/dataset/demo-tissue.ts';
import { createLab } from '../main/lab/lab.ts';
import { cacheFolder } from '../main/platform/paths.ts';
import { planSchema, presetPlan } from '../shared/contract/plan.ts';
import type { TrialMessage } from '../shared/contract/trial.ts';
import { writeResult, writeTable } from './machine.ts';

/** as in the demo: so that its tissue is drawn once */
const TISSUE = { cases: 144, fieldsPerMagnification: 1 };
const EPOCHS = 16;
const NETWORKS = ['resnet18', 'convmixer_test'];
/** the first trial measures how steps are computed, and is not counted */
const TIMES = 3;

interface Row {
  readonly network: string;
  /** of the process, to the end of its first step, s */
  readonly firstStep: number;
  /** from the first step to the last epoch, by epoch, s */
  readonly perEpoch: number;
  /** of that training and validation, s */
  readonly computed: number;
  /** of the time from the first step to the end, tests included, in hundredths */
  readonly share: number;
}

export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'magnilab-trial-'));
  process.env.MAGNILAB_STATE = join(folder, 'state');
  const lab = createLab({ door: 'browser' });
  try {
    const tissue = await generateDemoTissue(cacheFolder('demo-tissue'), TISSUE);
    await lab.services['projects.create']({ name: 'Trial', folder });
    const { task } = await lab.services['dataset.index']({ folder: tissue.folder, verify: false });
    while (lab.tasks.list().find(({ id }) => id === task)?.state === 'running') await new Promise((next) => setTimeout(next, 50));
    const rows: Row[] = [];
    for (const network of NETWORKS) {
      const all: Row[] = [];
      for (let i = 0; i <= TIMES; i++) {
        const quick = presetPlan('quick', `${network} ${i}`, tissue.folder);
        const training = { ...quick.training, epochs: EPOCHS, batchSize: 8, selection: 'validation' as const };
        const plan = planSchema.parse({ ...quick, models: [network], baselines: [], trainSets: [40], seeds: [0], inputSize: [64, 64], training }); // prettier-ignore
        all.push(await timed(lab, plan, network));
        console.log(all.at(-1));
      }
      const counted = all.slice(1).sort((a, b) => a.share - b.share);
      rows.push(counted[counted.length >> 1]);
    }
    writeResult('trial', { rows });
    const lines = [
      '# Trial: where its time goes',
      '',
      `One trial on demo tissue (144 cases, about 90 images in training, 64 px, batches of 8, ${EPOCHS} epochs, the best of which is tested):`,
      `from the start of its process to its first step; an epoch, and what of it is training and validation; the share of training,`,
      `validation and test from the first step on. Medians of ${TIMES}.`,
      '',
      '| network | first step, s | per epoch, s | trained and validated, s | share, % |',
      '|---|---|---|---|---|',
      ...rows.map((r) => `| ${r.network} | ${r.firstStep.toFixed(2)} | ${r.perEpoch.toFixed(2)} | ${r.computed.toFixed(2)} | ${r.share.toFixed(1)} |`), // prettier-ignore
    ];
    writeTable('trial', lines);
    console.log(lines.slice(-rows.length).join('\n'));
  } finally {
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed(lab: ReturnType<typeof createLab>, plan: ReturnType<typeof presetPlan>, network: string): Promise<Row> {
  const started = performance.now();
  let [first, trained, tested, computed] = [0, 0, 0, 0];
  const hear = (message: TrialMessage) => {
    const now = (performance.now() - started) / 1000;
    if (message.type === 'step' && first === 0) first = now;
    if (message.type === 'epoch') computed += message.row.seconds;
    if (message.type === 'phase' && message.phase === 'testing' && trained === 0) trained = now;
    if (message.type === 'done') tested = now;
  };
  const forget = lab.on((event) => event.type === 'trial' && hear(event.message as TrialMessage));
  await lab.services['studies.start']({ plan });
  await lab.queue.whenIdle();
  forget();
  const share = (100 * (computed + tested - trained)) / (tested - first);
  return { network, firstStep: first, perEpoch: (trained - first) / EPOCHS, computed: computed / EPOCHS, share };
}
