import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** The machine that a benchmark ran on; a number without it says nothing. */
function machine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Writes bench/results/<name>.json with the machine's name. */
export function writeResult(name: string, result: Record<string, unknown>): void {
  const file = new URL(`results/${name}.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify({ machine: machine(), ...result }, null, 2)}\n`);
}

/** bench/results/<name>.json, if it was measured on this machine. */
export function readResult(name: string): Record<string, unknown> | null {
  const file = new URL(`results/${name}.json`, import.meta.url);
  if (!existsSync(file)) return null;
  const result = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const { date: _then, ...then } = result.machine as ReturnType<typeof machine>;
  const { date: _now, ...now } = machine();
  return JSON.stringify(then) === JSON.stringify(now) ? result : null;
}

/** Writes bench/results/<name>.md: these lines of Markdown, and the machine. */
export function writeTable(name: string, lines: readonly string[]): void {
  const { cpu, cores, memoryGb, platform, node, date } = machine();
  const where = `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}, Node ${node}.`;
  writeFileSync(new URL(`results/${name}.md`, import.meta.url), `${[...lines, '', where].join('\n')}\n`);
}
