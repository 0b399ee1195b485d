import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LabError } from '../../shared/contract/errors.ts';
import { BREAKHIS_MAGNIFICATIONS } from '../../shared/domain/magnification.ts';
import { sweepTemporary, temporaryName } from '../platform/atomic.ts';
import { entryUrl } from '../platform/entries.ts';
import type { WrittenPicture } from './tissue/draw-case.ts';
import { planCases } from './tissue/plan.ts';
import { README, isWhole, readRecord, writeRecord, type TissueSettings } from './tissue/record.ts';
import type { TissueCase } from './tissue/region.ts';
import type { TissueJob, TissueMessage } from './tissue/worker.ts';

export interface DemoTissueOptions {
  /** Other seeds give other tissue (default 1). */
  seed?: number;
  /** Cases; one third is benign (default 24). */
  cases?: number;
  /** Pictures of each case at each of the four magnifications (default 6). */
  fieldsPerMagnification?: number;
  /** Worker threads (default: one per core, 8 at most); the pixels do not depend on it. */
  workers?: number;
  /** Stops the work and removes what was written. */
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; total: number }) => void;
}

export interface DemoTissue {
  readonly folder: string;
  readonly images: number;
  readonly cases: number;
  /** true where a complete set of the same settings lay there already */
  readonly cached: boolean;
}

/**
 * Draws a set of synthetic H&E tissue in BreakHis's layout: 700 x 460 px PNG at 0.49, 0.20, 0.10 and 0.05 um per pixel. The same
 * settings give the same pixels. It is written beside `folder` and moved there when complete; a complete set is reused.
 * @throws LabError "already-exists" where the folder holds something else, "cancelled" when `signal` aborts
 */
export async function generateDemoTissue(folder: string, options: DemoTissueOptions = {}): Promise<DemoTissue> {
  const { seed = 1, cases = 24, fieldsPerMagnification = 6, signal, onProgress } = options;
  const settings: TissueSettings = { seed, cases, fieldsPerMagnification };
  const target = resolve(folder);
  const total = cases * fieldsPerMagnification * BREAKHIS_MAGNIFICATIONS.length;
  stopIfAborted(signal);

  await sweepTemporary(dirname(target));
  const record = await readRecord(target);
  if (record && (await isWhole(target, record, settings))) return { folder: target, images: total, cases, cached: true };
  if (!record && (await readdir(target).catch(() => [])).length > 0) {
    throw new LabError('already-exists', `${target} holds other files; demo tissue needs a folder of its own.`, { path: target });
  }

  const partial = join(dirname(target), temporaryName());
  try {
    await mkdir(partial, { recursive: true });
    let done = 0;
    const pictures = await drawCases(planCases(seed, cases), { folder: partial, fieldsPerMagnification }, options, () =>
      onProgress?.({ done: ++done, total }),
    );
    await writeFile(join(partial, 'README.txt'), README);
    await writeRecord(partial, { settings, pictures });
    stopIfAborted(signal);
    await replaceFolder(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
  return { folder: target, images: total, cases, cached: false };
}

/** Shares the cases out to worker threads. Sorted by path at the end, since workers finish in any order. */
async function drawCases(
  cases: TissueCase[],
  job: TissueJob,
  { workers = Math.min(8, availableParallelism()), signal }: DemoTissueOptions,
  onPicture: () => void,
): Promise<WrittenPicture[]> {
  const waiting = [...cases];
  const pictures: WrittenPicture[] = [];
  const crew: Worker[] = [];
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(cancelled());
  signal?.addEventListener('abort', stop);
  try {
    const shifts = Array.from({ length: Math.min(workers, cases.length) }, () => {
      const worker = new Worker(entryUrl('tissue'), { workerData: job });
      crew.push(worker);
      return new Promise<void>((finish, fail) => {
        worker.on('message', (message: TissueMessage) => {
          if (message.type === 'picture') return onPicture();
          pictures.push(...message.pictures);
          worker.postMessage(waiting.shift() ?? 'end');
        });
        worker.on('error', fail);
        worker.on('exit', (code) => (code === 0 ? finish() : fail(new LabError('internal', `Tissue worker ended (${code})`))));
      });
    });
    await Promise.race([Promise.all(shifts), stopped.promise]);
  } finally {
    signal?.removeEventListener('abort', stop);
    await Promise.all(crew.map((worker) => worker.terminate()));
  }
  return pictures.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Moves the new set into place; an older set of ours goes only when the new one can take its name. */
async function replaceFolder(partial: string, target: string): Promise<void> {
  const old = join(dirname(target), temporaryName());
  await mkdir(dirname(target), { recursive: true });
  const replaced = await rename(target, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(partial, target);
  } catch (error) {
    if (replaced) await rename(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

function cancelled(): LabError {
  return new LabError('cancelled', 'Drawing demo tissue was cancelled.');
}

function stopIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw cancelled();
}
