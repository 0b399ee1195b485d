/**
 * Training steps: Magnilab's engine against PyTorch (eager, both memory formats, the faster one counts) and stock tfjs-node.
 * Contenders take turns, each turn in a fresh process, so that all of them meet the same moods of the machine; medians over turns.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { candidates, defaultCandidate, describeCandidate, type Candidate } from '../main/tuning/candidates.ts';
import { installRuntime } from '../main/runtime/install.ts';
import { findVariant } from '../shared/domain/catalogue.ts';
import { fastest, tune } from '../main/tuning/tune.ts';
import { readResult, writeResult, writeTable } from './machine.ts';
import { NETWORKS, type Network } from './networks.ts';
import type { StepRequest } from './step-process.ts';

const execute = promisify(execFile);
const TURNS = 3;
const entry = new URL('step-process.ts', import.meta.url);
const peer = fileURLToPath(new URL('peers/step.py', import.meta.url));

interface Turn {
  readonly secondsPerStep: number;
  readonly peakBytes: number;
  readonly compileSeconds?: number;
}

interface Contender {
  readonly name: string;
  turn(): Promise<Turn>;
}

/** @param only ids of networks; all of networks.ts by default */
export async function run(only: readonly string[]): Promise<void> {
  const unknown = only.filter((id) => !NETWORKS.some((n) => n.id === id));
  if (unknown.length > 0)
    throw new Error(`Not benchmarked: ${unknown.join(', ')}. There are ${NETWORKS.map((n) => n.id).join(', ')}.`);
  const networks = NETWORKS.filter(({ id }) => only.length === 0 || only.includes(id));
  const { record } = await installRuntime();
  const torch = await torchVersion();
  if (!torch) console.error('PyTorch and timm were not found (pip install torch==2.13.0 timm==1.0.29): no peer to compare with.');
  const facts = { tensorflow: record.libtensorflow, torch, turns: TURNS };
  const results = new Map<string, Result>(only.length > 0 ? earlier(facts) : []);
  for (const network of networks) {
    results.set(network.id, await compare(network, record.device, torch !== null));
    write(
      facts,
      NETWORKS.map(({ id }) => results.get(id)).filter((r) => r !== undefined),
    ); // a bench takes long: keep what is there
  }
}

type Result = Awaited<ReturnType<typeof compare>>;

/** Results of other networks on this machine with the same versions, by network. */
function earlier(facts: Readonly<Record<string, unknown>>): [string, Result][] {
  const result = readResult('step') as { results: Result[] } | null;
  if (!result || Object.entries(facts).some(([key, value]) => result[key as keyof typeof result] !== value)) return [];
  return result.results.map((r) => [r.network, r]);
}

function write(facts: Readonly<Record<string, unknown>>, results: readonly Result[]): void {
  writeResult('step', { ...facts, results });
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [line(HEADER), line(HEADER.map(() => '---')), ...results.map((result) => line(row(result)))];
  const ratios = results.flatMap(({ ratioToTorch }) => (ratioToTorch === null ? [] : [ratioToTorch]));
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  const summary = ratios.length > 0 ? [`Geometric mean of the ratios to PyTorch: ${mean.toFixed(2)}x.`, ''] : [];
  writeTable('step', ['# Training steps', '', NOTES, '', ...summary, ...table]);
}

async function compare(network: Network, device: 'cpu' | 'gpu', withTorch: boolean) {
  const { id: name, batchSize } = network;
  const size = findVariant(name)!.inputSize;
  console.error(`${name}: choosing the engine`);
  const ways = candidates(device, false);
  const measured = await tune({ candidates: ways, entry, request: request(name, 'engine'), steps: 1e6 });
  const best = fastest(measured, 1e6);
  if (!best) throw new Error(`${name}: no engine runs: ${JSON.stringify(measured)}`);
  const contenders: Contender[] = [
    { name: 'engine', turn: () => ownTurn(best.candidate, name, 'engine') },
    ...(withTorch
      ? ['channels_first', 'channels_last'].map((format) => ({
          name: `PyTorch ${format}`,
          turn: () => torchTurn([name, format, String(batchSize), String(size)]),
        }))
      : []),
    { name: 'stock tfjs-node', turn: () => ownTurn({ ...defaultCandidate(device), rung: 'eager' }, name, 'stock') },
  ];
  const turns = new Map<string, Turn[]>(contenders.map((c) => [c.name, []]));
  for (let i = 0; i < TURNS; i++) {
    for (const contender of contenders) {
      const turn = await contender.turn();
      turns.get(contender.name)!.push(turn);
      console.error(`${name}, turn ${i + 1}: ${contender.name} ${(batchSize / turn.secondsPerStep).toFixed(2)} images/s`);
    }
  }
  const summary = [...turns].map(([contender, list]) => ({
    contender,
    imagesPerSecond: batchSize / median(list.map((t) => t.secondsPerStep)),
    peakBytes: median(list.map((t) => t.peakBytes)),
    compileSeconds: list[0].compileSeconds === undefined ? null : median(list.map((t) => t.compileSeconds!)),
    turns: list.map((t) => batchSize / t.secondsPerStep),
  }));
  const [engine, ...others] = summary;
  const torches = others.filter(({ contender }) => contender.startsWith('PyTorch'));
  const torch = torches.length > 0 ? torches.reduce((a, b) => (b.imagesPerSecond > a.imagesPerSecond ? b : a)) : null;
  const stock = others.at(-1)!;
  return {
    network: name,
    batchSize,
    size,
    engine: describeCandidate(best.candidate),
    measured,
    summary,
    fasterTorch: torch?.contender ?? null,
    ratioToTorch: torch && engine.imagesPerSecond / torch.imagesPerSecond,
    ratioToStock: engine.imagesPerSecond / stock.imagesPerSecond,
    memoryToTorch: torch && engine.peakBytes / torch.peakBytes,
  };
}

function request(network: string, contender: StepRequest['contender']): StepRequest {
  return { network, contender };
}

async function ownTurn(candidate: Candidate, network: string, contender: StepRequest['contender']): Promise<Turn> {
  const [{ measurement }] = await tune({ candidates: [candidate], entry, request: request(network, contender), steps: 1e6 });
  if (!measurement.ok) throw new Error(`${network}, ${contender}: ${measurement.reason}`);
  return measurement;
}

async function torchTurn(args: readonly string[]): Promise<Turn> {
  const { stdout } = await execute('python3', [peer, ...args]);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Turn;
}

async function torchVersion(): Promise<string | null> {
  return execute('python3', ['-c', 'import torch, importlib.metadata as m; m.version("timm"); print(torch.__version__)']).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

const HEADER = [
  'network',
  'input',
  'engine chosen',
  'images/s',
  'PyTorch images/s',
  'ratio',
  'stock tfjs-node images/s',
  'ratio',
  'peak memory',
  'of PyTorch',
  'compile',
];

function row(result: Result): string[] {
  const of = (contender: string | null) => result.summary.find((s) => s.contender === contender);
  const [engine, torch, stock] = [of('engine')!, of(result.fasterTorch), of('stock tfjs-node')!];
  const ratio = (value: number | null) => (value === null ? '–' : `${value.toFixed(2)}x`);
  return [
    result.network,
    `${result.batchSize} x ${result.size} x ${result.size}`,
    result.engine,
    engine.imagesPerSecond.toFixed(1),
    torch ? `${torch.imagesPerSecond.toFixed(1)} (${result.fasterTorch!.slice('PyTorch '.length)})` : '–',
    ratio(result.ratioToTorch),
    stock.imagesPerSecond.toFixed(1),
    ratio(result.ratioToStock),
    `${(engine.peakBytes / 1e6).toFixed(0)} MB`,
    ratio(result.memoryToTorch),
    `${engine.compileSeconds!.toFixed(1)} s`,
  ];
}

const NOTES =
  'One training step (forward, backward, SGD with Nesterov momentum), float32, two classes. PyTorch runs eagerly, in both memory ' +
  'formats; the faster one counts. Stock tfjs-node is the same TypeScript run eagerly with operators as tfjs composes them. ' +
  'Contenders take turns in fresh processes; numbers are medians over the turns. Each network has a run of its own; ratios are of one run.';
