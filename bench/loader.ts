import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { Loader } from '../main/pictures/loader.ts';
import type { Pixels } from '../main/pictures/resample.ts';
import { augmentationSchema } from '../shared/contract/plan.ts';
import { Random } from '../shared/domain/random.ts';
import { writeResult, writeTable } from './machine.ts';

const WIDTH = 700;
const HEIGHT = 460;
const PICTURES = 64;
const BATCH = 32;
const SIZES = [224, 64];
const REPEATS = 5;
const SECONDS = 2.5;
/** Batches before the clock starts. */
const WARM_UP = 8;

const WAYS = {
  ours: 'Magnilab, decoded images in memory',
  memory: 'Pillow in a PyTorch DataLoader, decoded images in memory',
  png: 'Pillow in a PyTorch DataLoader, PNG files',
} as const;
type Way = keyof typeof WAYS;

/**
 * Images per second from the loader's threads with the default augmentation, beside as many worker processes of a PyTorch
 * DataLoader that do the same with Pillow. The runs alternate, and medians count. Nothing is trained meanwhile.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'magnilab-bench-'));
  const workers = Math.max(1, Math.min(8, availableParallelism() - 1)); // as the loader chooses
  try {
    const peer = await peerVersions();
    if (!peer) console.log('no peer: python3 with torch, numpy and Pillow was not found');
    const images = await writePictures(folder);
    const ways: Way[] = peer ? ['ours', 'memory', 'png'] : ['ours'];
    const results = [];
    for (const size of SIZES) {
      const rates: Record<Way, number[]> = { ours: [], memory: [], png: [] };
      for (let repeat = 0; repeat < REPEATS; repeat++)
        for (const way of ways)
          rates[way].push(way === 'ours' ? await ours(images, size, workers) : await theirs(folder, way, size, workers));
      for (const way of ways) results.push(summary(size, way, rates, workers));
    }
    console.table(results.map(({ size, way, perCore, ratio }) => ({ size, way, 'images / s / core': perCore, ratio })));
    writeResult('loader', { workers, batch: BATCH, picture: `${WIDTH} x ${HEIGHT}`, repeats: REPEATS, peer, results });
    writeTable('loader', table(results, workers, peer));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function summary(size: number, way: Way, rates: Record<Way, number[]>, workers: number) {
  const rate = median(rates[way]);
  return {
    size,
    way,
    imagesPerSecond: Math.round(rate),
    perCore: Math.round(rate / workers),
    lowest: Math.round(Math.min(...rates[way])),
    highest: Math.round(Math.max(...rates[way])),
    /** our rate, divided by this one */
    ratio: Math.round((median(rates.ours) / rate) * 100) / 100,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function ours(images: readonly Pixels[], size: number, threads: number): Promise<number> {
  const augmentation = augmentationSchema.parse({});
  const loader = new Loader({ images, inputSize: [size, size], batchSize: BATCH, augmentation, seed: 1, threads });
  try {
    let batches = 0;
    let started = 0;
    for (let epoch = 0; ; epoch++) {
      for await (const _ of loader.epoch(epoch)) {
        if (++batches === WARM_UP) started = performance.now();
        const seconds = (performance.now() - started) / 1000;
        if (batches > WARM_UP && seconds >= SECONDS) return ((batches - WARM_UP) * BATCH) / seconds;
      }
    }
  } finally {
    await loader.close();
  }
}

const execute = promisify(execFile);

async function python(...args: string[]): Promise<string> {
  return (await execute('python3', args, { encoding: 'utf8' })).stdout;
}

async function theirs(folder: string, source: 'memory' | 'png', size: number, workers: number): Promise<number> {
  const script = fileURLToPath(new URL('peers/loader.py', import.meta.url));
  const line = await python(script, JSON.stringify({ folder, source, size, batch: BATCH, workers, seconds: SECONDS }));
  return (JSON.parse(line) as { imagesPerSecond: number }).imagesPerSecond;
}

/** What the peer runs on, or null where it cannot run. */
async function peerVersions(): Promise<Record<'python' | 'pillow' | 'torch', string> | null> {
  const code =
    'import json, platform, numpy, PIL, torch; ' +
    'print(json.dumps({"python": platform.python_version(), "pillow": PIL.__version__, "torch": torch.__version__}))';
  try {
    return JSON.parse(await python('-c', code)) as Record<'python' | 'pillow' | 'torch', string>;
  } catch {
    return null;
  }
}

/** Noise over stain's brightness: as PNG about as many bytes as BreakHis' images have. */
async function writePictures(folder: string): Promise<Pixels[]> {
  const pictures = Array.from({ length: PICTURES }, (_, i) => {
    const random = new Random(i);
    return {
      width: WIDTH,
      height: HEIGHT,
      data: Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, () => 160 + random.integer(13)),
    };
  });
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  for (const [i, { data }] of pictures.entries())
    await sharp(data, { raw })
      .png()
      .toFile(join(folder, `${i}.png`));
  return pictures;
}

function table(results: readonly ReturnType<typeof summary>[], workers: number, peer: Awaited<ReturnType<typeof peerVersions>>) {
  return [
    '# Loading: images per second',
    '',
    `Random crop (area 0.08 to 1) of ${WIDTH} x ${HEIGHT} images, bilinear or bicubic at random and antialiased, flip, colour jitter`,
    `0.4, to uint8 batches of ${BATCH}; nothing is trained meanwhile. Magnilab: ${workers} loader thread(s). The peer: as many worker`,
    'processes of a PyTorch DataLoader with the same transform on Pillow, as torchvision and timm do it. "Per core" divides by the',
    `workers. Alternating runs of ${SECONDS} s, median of ${REPEATS} (lowest to highest). Both crop from the full image; in a trial Magnilab`,
    'first shrinks images once, as far as the smallest crop allows.',
    '',
    '| size | how | images/s | images/s per core | Magnilab is faster by |',
    '|---|---|---|---|---|',
    ...results.map(
      (r) =>
        `| ${r.size} | ${WAYS[r.way]} | ${r.imagesPerSecond} (${r.lowest} to ${r.highest}) | ${r.perCore} | ${r.way === 'ours' ? '' : `${r.ratio} x`} |`,
    ),
    '',
    peer
      ? `Python ${peer.python}, Pillow ${peer.pillow}, PyTorch ${peer.torch}.`
      : 'No peer: Python with PyTorch and Pillow was missing.',
  ];
}
