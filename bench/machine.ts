import { writeFileSync } from 'node:fs';
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

/** Writes bench/results/<name>.md: a table for people, with the machine named. */
export function writeTable(
  name: string,
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  notes: string,
): void {
  const { cpu, cores, memoryGb, platform, node, date } = machine();
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const text = [
    `# ${title}`,
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}, Node ${node}, ${date}.`,
    [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n'),
    notes,
  ].join('\n\n');
  writeFileSync(new URL(`results/${name}.md`, import.meta.url), `${text}\n`);
  console.log(text);
}
