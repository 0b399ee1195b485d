/**
 * npm run check:gpu: whether Magnilab computes on this machine's NVIDIA GPU as it does on a CPU, and how fast: the device, one
 * training step of every small network in float32 and mixed, training against the CPU, memory, and batches that do not fit. Writes
 * gpu-report.json and gpu-report.md, to be sent back. Ends with 0 when all holds, 1 when something does not, 3 where no GPU is seen
 * and only what a CPU can show was checked. --allow-cpu runs every part on the CPU, with two networks: a test of the check itself.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { NETWORKS } from '../../bench/networks.ts';
import { examine, probeRuntime } from '../../main/runtime/doctor.ts';
import { readRuntime, runtimeFolder } from '../../main/runtime/find.ts';
import { gpuFacts, whyNoGpu } from '../../main/runtime/gpu.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { SMALL } from '../helpers/small.ts';
import { bench, growth, halving, parity, type Place, type Raced, type Row } from './checks.ts';

const NO_GPU = 3;
const TINY = ['resnet_test', 'convmixer_test'];

const { values } = parseArgs({
  options: { 'allow-cpu': { type: 'boolean', default: false }, out: { type: 'string', default: '.' } },
});
const selfTest = values['allow-cpu'];
const rows: Row[] = [];
function tell(row: Row): void {
  rows.push(row);
  const mark = row.passed === null ? ' ' : row.passed ? '+' : '!';
  console.log(`${mark} ${row.check}: ${row.what}: ${row.found}`);
}

const { folder } = await installed();
const facts = await gpuFacts(folder);
let why = whyNoGpu(facts);
const place: Place = await device();
if (place === 'gpu' || selfTest) await all();
else for await (const row of parity(Object.values(SMALL), 'cpu', ['float32'])) tell(row);
const failed = rows.filter(({ passed }) => passed === false).length;
console.log(`\nReport: ${await report()}`);
const unseen = facts.devices.length > 0 ? 'The GPU was not used' : 'No GPU was seen';
if (place === 'cpu' && !selfTest) console.log(`${unseen}: ${why}. Only what a CPU can show was checked.`);
if (failed > 0) console.log(`${failed} of ${rows.length} checks failed.`);
process.exit(failed > 0 ? 1 : place === 'cpu' && !selfTest ? NO_GPU : 0);

/** The runtime for a GPU where there is one. The self-test takes the one for a CPU: it chooses batches by a CPU's memory. */
async function installed() {
  const runtime = (selfTest ? null : readRuntime(runtimeFolder('gpu'))) ?? (await installRuntime({ device: 'cpu' }));
  process.env.MAGNILAB_RUNTIME = runtime.folder;
  tell({
    check: 'runtime',
    what: 'TensorFlow',
    passed: null,
    found: `${runtime.record.libtensorflow} for ${runtime.record.device}`,
  });
  return runtime;
}

async function device(): Promise<Place> {
  const answer = await probeRuntime();
  const seen = answer.ok && answer.device === 'gpu';
  const { libtensorflow, unusedGpu } = await examine();
  why = unusedGpu ?? why;
  tell({ check: 'runtime', what: 'loads and multiplies', passed: answer.ok, found: answer.ok ? libtensorflow! : answer.message });
  tell({
    check: 'device',
    what: `driver ${facts.driver ?? 'none'}, GPUs ${facts.devices.join(', ') || 'none'}`,
    passed: seen || (facts.devices.length > 0 && !selfTest ? false : null),
    found: seen ? 'TensorFlow computes on it' : why,
  });
  return seen ? 'gpu' : 'cpu';
}

async function all(): Promise<void> {
  const networks = selfTest ? TINY : Object.values(SMALL);
  const raced: Raced[] = selfTest
    ? [{ model: TINY[0], batchSize: 8 }]
    : NETWORKS.map(({ id, batchSize }) => ({ model: id, batchSize }));
  const scratch = await mkdtemp(join(tmpdir(), 'magnilab-gpu-'));
  process.env.MAGNILAB_CACHE = scratch; // engines are measured anew
  try {
    for await (const row of parity(networks, place, ['float32', 'float16'])) tell(row);
    tell(await growth(networks[0], place));
    tell(await halving(scratch, place));
    for await (const row of bench(raced, place)) tell(row);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** @returns the path of the report to read */
async function report(): Promise<string> {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    threads: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    gpus: facts.devices,
    driver: facts.driver,
    missingLibraries: facts.missing,
    date: new Date().toISOString().slice(0, 10),
  };
  const base = join(resolve(values.out), 'gpu-report');
  const head = { selfTest, gpuSeen: place === 'gpu', failed: rows.filter(({ passed }) => passed === false).length };
  await writeFile(`${base}.json`, `${JSON.stringify({ ...head, machine, rows }, null, 2)}\n`);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const marks = { true: 'yes', false: '**no**', null: '' };
  const table = [['check', 'what', 'holds', 'found'], ['---', '---', '---', '---']].map(line); // prettier-ignore
  const lines = rows.map(({ check, what, passed, found }) => line([check, what, marks[`${passed}`], found]));
  const about = Object.entries(machine).map(([name, value]) => `- ${name}: ${Array.isArray(value) ? value.join(', ') || 'none' : (value ?? 'none')}`); // prettier-ignore
  await writeFile(`${base}.md`, `${['# Magnilab on this GPU', '', ...about, '', ...table, ...lines].join('\n')}\n`);
  return `${base}.md and ${base}.json`;
}
