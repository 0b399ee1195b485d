/**
 * npm run test:faults: every campaign in full, with a table at the end; --only NAME[,NAME] takes those whose names contain a text,
 * --short the few of each that `npm test` has.
 */
import { parseArgs } from 'node:util';
import { installRuntime } from '../../main/runtime/install.ts';
import { campaigns } from './campaigns.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, short: { type: 'boolean', default: false } } });
const wanted = values.only?.split(',');
await installRuntime();
const rows: string[][] = [['campaign', 'count', 'result', 'seconds']];
let found = 0;
for (const campaign of campaigns) {
  if (wanted && !wanted.some((text) => campaign.name.includes(text))) continue;
  console.log(`${campaign.name} ...`);
  const started = performance.now();
  const { count, findings, skipped, note } = await campaign.run(values.short ? campaign.short : campaign.full);
  found += findings.length;
  for (const finding of findings) console.log(`  ${finding}`);
  const result = skipped ? `skipped: ${skipped}` : findings.length === 0 ? 'held' : `${findings.length} findings`;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  rows.push([campaign.name, `${count} ${campaign.unit}`, note ? `${result} (${note})` : result, seconds]);
}
const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
for (const row of rows) console.log(row.map((cell, i) => cell.padEnd(widths[i])).join('  '));
process.exit(found === 0 ? 0 : 1);
