/** `node test/reference/write-events.ts FOLDER`: an event file as a report's, and on stdout what is in it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { eventFile, type LogEvent } from '../../main/export/event-file.ts';

const [folder] = process.argv.slice(2);
const [width, height] = [7, 5];
const create = { width, height, channels: 4, background: '#fa0' } as const;
const png = new Uint8Array(await sharp({ create }).png().toBuffer());
const text = '```json\n{"name": "µ <b>"}\n```';
const time = 1_795_000_000.5;
const epochs = Array.from({ length: 300 }, (_, step): LogEvent => {
  const values = [{ tag: 'loss/train', scalar: Math.fround(1 / (step + 1)) }, { tag: 'learning rate', scalar: Math.fround(-step * 1e-6) }]; // prettier-ignore
  return { time: time + step, step, values };
});
const study: LogEvent = {
  time,
  step: 0,
  values: [
    { tag: 'plan', text },
    { tag: 'matrix', image: { png, width, height } },
  ],
};
writeFileSync(join(folder, 'events.out.tfevents.test'), eventFile([study, ...epochs]));
const of = (tag: string) => epochs.map(({ time: at, step, values }) => {
  const value = values.find((own) => own.tag === tag)!;
  return [at, step, 'scalar' in value ? value.scalar : null];
}); // prettier-ignore
const scalars = { 'loss/train': of('loss/train'), 'learning rate': of('learning rate') };
console.log(JSON.stringify({ scalars, image: [width, height, png.length], text }));
