/**
 * Worker thread of the index: inspects the files that {@link InspectPool} sends, one after the other, and answers after each,
 * so that the pool knows which file a crash belongs to.
 */
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import type { FromWorker, Inspection, ToWorker } from './inspect.ts';
import { lookOf } from './look.ts';
import { decodeImage, hashBytes, hashPixels, readHeader } from '../pictures/read-image.ts';

if (!parentPort) throw new Error('inspect-worker is started as a worker thread');
const port = parentPort;

sharp.cache(false); // no file is read twice
sharp.concurrency(1); // the pool has a thread for every core already

function send(message: FromWorker): void {
  port.postMessage(message);
}

async function inspect(file: string, task: ToWorker['task']): Promise<Inspection> {
  if (task === 'header') {
    const header = await readHeader(file);
    return header.ok ? { ...header, pixelSha256: '', fileSha256: null, look: '', notes: [] } : header;
  }
  const image = await decodeImage(file);
  if (!image.ok) return image;
  const { width, height, data, notes } = image;
  const fileSha256 = task === 'pixels-and-bytes' ? hashBytes(image.file) : null;
  const look = lookOf(width, height, data);
  return { ok: true, width, height, pixelSha256: hashPixels(width, height, data), fileSha256, look, notes };
}

port.on('message', ({ folder, paths, task }: ToWorker) => {
  void (async () => {
    for (const path of paths) send({ type: 'result', path, inspection: await inspect(join(folder, path), task) });
    send({ type: 'idle' });
  })();
});
send({ type: 'ready' });
