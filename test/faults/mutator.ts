/** Worker thread of the campaign of mutated inputs: the campaign's own thread watches that it goes on. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { readImageTable } from '../../main/dataset/csv.ts';
import { readPartList } from '../../main/dataset/part-list.ts';
import { decodeImage } from '../../main/pictures/read-image.ts';
import { parseMessage } from '../../main/ipc/websocket.ts';
import { answer } from '../../main/ipc/serve-channel.ts';
import { readPlan } from '../../main/lab/plans.ts';
import { createModel } from '../../main/models/registry.ts';
import { initialWeights } from '../../main/models/weights.ts';
import { openWeights, saveWeights } from '../../main/training/checkpoint.ts';
import type { LabServices } from '../../shared/contract/api.ts';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import { presetPlan } from '../../shared/contract/plan.ts';
import { Random } from '../../shared/domain/random.ts';
import { mutate } from '../helpers/mutate.ts';
import type { FromMutator } from './mutations.ts';

const { folder, count } = workerData as { folder: string; count: number };
const send = (message: FromMutator) => parentPort!.postMessage(message);

interface Input {
  readonly name: string;
  readonly sound: Buffer;
  /** reads a damaged copy; it may throw a LabError, nothing else */
  readonly read: (bytes: Buffer) => Promise<unknown>;
}

const inPlace = (name: string, read: (path: string) => Promise<unknown>) => async (bytes: Buffer) => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return read(path);
};

async function inputs(): Promise<Input[]> {
  const pixels = Buffer.from(Array.from({ length: 48 * 36 * 3 }, (_, i) => (i * 7919) & 255));
  const picture = sharp(pixels, { raw: { width: 48, height: 36, channels: 3 } });
  const images = {
    'a.png': await picture.clone().png().toBuffer(),
    'a.jpg': await picture.clone().jpeg().toBuffer(),
    'a.tif': await picture.clone().tiff({ compression: 'lzw' }).toBuffer(),
    'b.tif': await picture.clone().tiff({ compression: 'none' }).toBuffer(),
  };
  for (const [name, bytes] of Object.entries(images)) await writeFile(join(folder, `whole-${name}`), bytes);
  const { model } = createModel('convmixer_test');
  const weights = join(folder, 'whole.safetensors');
  await saveWeights(weights, model, initialWeights(model, 0), 1, { model: 'convmixer_test' });
  const table =
    'path,label,magnification,patient\nwhole-a.png,0,40,p\n"whole-a.jpg",malignant,100x,"q, r"\nwhole-a.tif,1,2.5,s\n';
  const call = { t: 'q', m: 'call', i: '1', a: [1, 'plans.check', { plan: presetPlan('quick', 'A', '/data') }] };
  const list = 'name,part\nwhole-a.png,train\nwhole-a.jpg,val\nwhole-a.tif,test\n';
  return [
    ...Object.entries(images).map(([name, sound]) => ({ name, sound, read: inPlace(name, decodeImage) })),
    {
      name: 'weights',
      sound: await readFile(weights),
      read: inPlace('w.safetensors', async (path) => (await openWeights(path)).load(model)),
    },
    { name: 'plan', sound: Buffer.from(JSON.stringify(presetPlan('paper', 'A', '/data'))), read: inPlace('p.json', readPlan) },
    { name: 'table', sound: Buffer.from(table), read: inPlace('t.csv', (path) => readImageTable(path, folder)) },
    { name: 'split list', sound: Buffer.from(list), read: inPlace('l.csv', readPartList) },
    { name: 'message', sound: Buffer.from(JSON.stringify(call)), read: readCall },
  ];
}

/** As a door takes a message, with services that answer nothing. */
async function readCall(bytes: Buffer): Promise<unknown> {
  const message = parseMessage(bytes.toString('utf8')) as { a?: unknown } | undefined;
  const [, name, input] = Array.isArray(message?.a) ? (message.a as unknown[]) : [];
  const { ok, ...outcome } = await answer({ 'plans.check': async () => null } as unknown as LabServices, String(name), input);
  if (!ok && 'error' in outcome && (outcome as { error: { code: string } }).error.code === 'internal')
    throw new Error(JSON.stringify(outcome));
  return outcome;
}

const all = await inputs();
for (let i = 0; i < count; i++) {
  const { name, sound, read } = all[i % all.length];
  send({ at: `${name} ${i}` });
  try {
    await read(mutate(sound, new Random(i, 9)));
  } catch (error) {
    const { code, message } = toEnvelope(error);
    if (!(error instanceof LabError) && code === 'internal') send({ finding: `${name} ${i}: ${message}` });
  }
}
process.exit(0);
