/** The report in every format: each is read again by a program that knows the format, and says what the table says. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseTex } from '@unified-latex/unified-latex-util-parse';
import { parse as parseCsv } from 'csv-parse/sync';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import type { Lab } from '../../main/lab/lab.ts';
import { createLab } from '../../main/lab/lab.ts';
import { REPORT_FORMATS, reportSettingsSchema } from '../../shared/contract/report.ts';
import { write } from '../helpers/images.ts';
import { opened, shortTraining } from '../helpers/finished.ts';
import { labWith, previewOf, quickPlan, taskEnd, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

/** Everything that some format takes for its own. */
const NASTY = `=1+1 <b>&"'%_#$^~\\{}|`;
const settings = reportSettingsSchema.parse({
  title: `Title ${NASTY}`,
  authors: [`Author ${NASTY}`, '\u0141ukasz \u039c\u03ac\u03c1\u03ba\u03bf\u03c2'],
  notes: `Note ${NASTY}\n\nSecond paragraph.`,
});
type Row = Record<string, string>;

let root: string;
let folder: string;
let files: string[];
const read = (path: string) => readFile(join(folder, path), 'utf8');
const rowsOf = async (path: string) => parseCsv(await read(path), { columns: true, bom: true }) as Row[];

beforeAll(async () => {
  await installRuntime();
  const tissue = await testTissue();
  root = await mkdtemp(join(tmpdir(), 'magnilab-test-'));
  process.env.MAGNILAB_STATE = root;
  const lab: Lab = createLab({ door: 'browser' });
  await lab.services['projects.create']({ name: 'Report', folder: root });
  await taskEnd(lab, (await lab.services['dataset.index']({ folder: tissue, verify: false })).task);
  const csv = await nastyTable(lab, tissue);
  await taskEnd(lab, (await lab.services['dataset.index']({ folder: tissue, csv, verify: false })).task);
  const plan = quickPlan(tissue, {
    dataset: { folder: tissue, csv },
    models: ['wavemix_16_2', 'convmixer_test'],
    trainSets: [40, 100],
    seeds: [0, 1],
    baselines: ['colour_histogram'],
    training: shortTraining,
  });
  await lab.services['studies.start']({ plan });
  await lab.queue.whenIdle();
  await lab.services['reports.keep']({ study: 'Quick', settings });
  folder = join(root, 'report');
  ({ files } = await lab.services['reports.export']({ study: 'Quick', folder }));
  await lab.close();
}, 600_000);
afterAll(() => rm(root, { recursive: true, force: true }));

/** The images of a folder, with names of patients that spreadsheets, pages and TeX take for something else. */
async function nastyTable(lab: Lab, tissue: string): Promise<string> {
  const { images } = await lab.services['dataset.images']({ filter: {}, offset: 0, limit: 1000 });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = images.map(({ path, label, magnification, case: name }) => [join(tissue, path), label, magnification, `+${name}=<i>"&_%$`]); // prettier-ignore
  const lines = rows.map((row) => row.map((cell) => quoted(String(cell))).join(','));
  return write(root, 'patients.csv', `path,label,magnification,patient\n${lines.join('\n')}\n`);
}

describe('a report', { timeout: 120_000 }, () => {
  it('has predictions that no spreadsheet computes, and pictures whose captions are text', async () => {
    const rows = await rowsOf('data/predictions/Quick_wavemix_16_2_40x_s0.csv');
    expect(new Set(rows.map((row) => row.case.slice(0, 2)))).toEqual(new Set(["'+"]));
    expect(rows.every((row) => Number.isFinite(Number(row.logit_benign)))).toBe(true);
    const page = await read('report.html');
    expect(page).not.toContain('<i>');
    expect(page).toMatch(/\u2717 \+\d{2}-\d+=&#60;i&#62;&#34;&#38;_%\$, 40x, trained on/);
  });

  it('has all formats, and sums that hold', async () => {
    for (const path of files) expect(existsSync(join(folder, path)), path).toBe(true);
    const sums = (await read('SHA256SUMS')).trimEnd().split('\n');
    expect(sums.map((line) => line.slice(66))).toEqual(
      files.filter((path) => !/^(SHA256SUMS|magnilab\.json)$/.test(path)).sort(),
    );
    for (const line of sums) {
      const content = await readFile(join(folder, line.slice(66)));
      expect(createHash('sha256').update(content).digest('hex')).toBe(line.slice(0, 64));
    }
  });

  it('has tables in CSV, TeX and Markdown that say what results_long.csv says', async () => {
    const long = await rowsOf('data/results_long.csv');
    const accuracy = (variant: string, train: string, test: string) => {
      const values = long
        .filter((row) => row.metric === 'accuracy' && row.variant === variant && row.train_set === train && row.test_mag === test)
        .map((row) => Number(row.value));
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    const variants = {
      'WaveMix-16/2': 'wavemix_16_2',
      'ConvMixer-32/3': 'convmixer_test',
      'Colour histogram': 'colour_histogram',
    };
    const rows = await rowsOf('tables/matrix.csv');
    expect(rows).toHaveLength(6);
    const tex = texRows(await read('tables/matrix.tex'));
    const markdown = (await read('tables/matrix.md')).split('\n').filter((line) => line.startsWith('| ')).slice(2); // prettier-ignore
    for (const [i, row] of rows.entries())
      for (const [j, test] of ['40', '100', '200', '400'].entries()) {
        const expected = accuracy(variants[row.Network as keyof typeof variants], row.Train, test);
        expect(Number(row[`${test}x`])).toBeCloseTo(expected, 12);
        const shown = (100 * expected).toFixed(1);
        expect(tex[i + 1][j + 2]).toContain(shown);
        expect(markdown[i].split(' | ')[j + 2]).toContain(shown);
      }
    // every trial's metrics, with their intervals
    const metrics = await rowsOf('tables/metrics.csv');
    const own = long.filter((row) => row.metric === 'accuracy');
    expect(metrics.map((row) => Number(row.Accuracy))).toEqual(own.map((row) => Number(row.value)));
    expect(metrics.map((row) => row['Accuracy (low)'])).toEqual(own.map((row) => row.ci_low));
  });

  it('has TeX that parses: every brace closed, every row as long as its head, no bare special character', async () => {
    const tables = (await readdir(join(folder, 'tables'))).filter((name) => name.endsWith('.tex'));
    expect(tables.length).toBeGreaterThan(6);
    for (const name of tables) {
      const source = await read(`tables/${name}`);
      const rows = texRows(source);
      expect(rows.length, name).toBeGreaterThan(1);
      for (const row of rows) expect(row, name).toHaveLength(rows[0].length);
      expect(source.replaceAll(/\\[%&_#$]|^%.*$/gm, ''), name).not.toMatch(/[%_#]/);
    }
  });

  it('has a page whose tables are the same numbers, and names that are text', async () => {
    const page = await read('report.html');
    const long = await rowsOf('data/results_long.csv');
    for (const row of long.filter(({ metric, value }) => metric === 'accuracy' && value !== ''))
      expect(page).toContain(`data-value="${Number(row.value)}"`);
    expect(page).toContain('Title =1+1 &#60;b&#62;&#38;&#34;&#39;%_#$^~\\{}|');
    expect(page).not.toContain('<b>');
    expect(page).toContain('Second paragraph.');
    expect(page).toMatch(/<img src="data:image\/jpeg;base64,/);
    expect(page.length).toBeLessThan(3e6);
  });

  it('has a PDF with the text in the order of reading, and no fonts but its own', async () => {
    const content = await readFile(join(folder, 'report.pdf'));
    expect(content.subarray(0, 5).toString()).toBe('%PDF-');
    const pdftotext = spawnSync('pdftotext', [join(folder, 'report.pdf'), '-'], { encoding: 'utf8' });
    if (pdftotext.error) return; // poppler is not everywhere
    const text = pdftotext.stdout.replaceAll(/\s+/g, ' ');
    const places = [settings.title, settings.authors[1], 'Question and answer', 'Second paragraph.', 'Robustness', 'Confusion matrices', 'How to cite'].map((part) => text.indexOf(part)); // prettier-ignore
    expect(
      places.every((place) => place >= 0),
      String(places),
    ).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    for (const row of await rowsOf('tables/robustness.csv'))
      expect(text).toContain((100 * Number(row['Same magnification'])).toFixed(1));
    const fonts = spawnSync('pdffonts', [join(folder, 'report.pdf')], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
      .slice(2);
    expect(fonts.length).toBeGreaterThan(0);
    for (const line of fonts) expect(line).toMatch(/^[A-Z]{6}\+DejaVuSans.* yes yes yes /);
  });

  it('has figures one and two columns wide, as drawings and as pictures', async () => {
    const drawn = await readdir(join(folder, 'figures'));
    for (const figure of ['matrices-1', 'means', 'reliability-1', 'roc-1', 'cost'])
      for (const [width, pixels] of [
        [85, 1004],
        [178, 2102],
      ]) {
        // prettier-ignore
        expect(drawn).toEqual(expect.arrayContaining([`${figure}-${width}mm.svg`, `${figure}-${width}mm.png`]));
        expect(await read(`figures/${figure}-${width}mm.svg`)).toContain(`width="${width}mm"`);
        const { width: across, channels } = await sharp(join(folder, `figures/${figure}-${width}mm.png`)).metadata();
        expect([across, channels! >= 3]).toEqual([pixels, true]);
      }
  });

  it('has event files with the losses of the histories', async () => {
    for (const id of ['Quick_wavemix_16_2_40x_s0', 'Quick_convmixer_test_100x_s1']) {
      const history = await rowsOf(`data/history/${id}.csv`);
      const content = await readFile(join(folder, `tensorboard/${id}/events.out.tfevents.magnilab`));
      const losses = scalarsOf(content, 'loss/train');
      expect(losses).toEqual(history.map((row) => Math.fround(Number(row.trainLoss))));
    }
  });

  it('has texts for the paper, with names that Markdown shows as they are', async () => {
    expect(await read('README.md')).toMatch(/^# Title =1\\\+1 &lt;b&gt;&amp;"'%\\_\\#\$/);
    expect(await read('methods.txt')).toMatch(/^We compared Colour histogram, WaveMix-16\/2 and ConvMixer-32\/3 .* 2 seeds\./);
    expect((await read('checklist_claim.md')).match(/^\d+\. \[[ x]\]/gm)).toHaveLength(42);
    expect(await read('citation.bib')).toContain('@misc{jeevan2023magnification');
  });

  it('has only what was chosen', async () => {
    const lab = await opened(join(root, 'Report.magnilab'));
    expect(await lab.services['reports.settings']({ study: 'Quick' })).toEqual(settings);
    const chosen = { ...settings, sections: ['answer', 'roc'] as const, formats: ['html', 'svg'] as const };
    const out = join(await temporaryFolder(), 'small');
    const written = await lab.services['reports.export']({
      study: 'Quick',
      folder: out,
      settings: reportSettingsSchema.parse(chosen),
    });
    expect(written.files.filter((path) => path.startsWith('figures/')).every((path) => path.includes('roc'))).toBe(true);
    expect([...new Set(written.files.map((path) => path.split('/')[0]))].sort()).toEqual(['SHA256SUMS', 'figures', 'magnilab.json', 'report.html']); // prettier-ignore
    const page = await readFile(join(out, 'report.html'), 'utf8');
    expect(page.match(/<details open id="[^"]+"/g)).toEqual(['<details open id="answer"', '<details open id="roc"']);
  });

  it('of a study without results says so, and is not written', async () => {
    const tissue = await testTissue();
    const { lab } = await labWith(tissue);
    await lab.services['studies.start']({ plan: quickPlan(tissue) });
    await lab.services['studies.pause']({ study: 'Quick' });
    expect(await previewOf(lab, 'Quick')).toContain('No trial has finished yet.');
    await expect(lab.services['reports.export']({ study: 'Quick' })).rejects.toMatchObject({
      message: expect.stringContaining('there is nothing to report'),
    });
    await expect(lab.services['reports.export']({ study: 'Nothing' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('names trials that failed, compares nothing across what is missing, and names damaged settings', async () => {
    const copy = join(await temporaryFolder(), 'Copy.magnilab');
    await cp(join(root, 'Report.magnilab'), copy, { recursive: true });
    await rm(join(copy, 'runs/Quick_wavemix_16_2_40x_s0/predictions.csv'));
    const lab = await opened(copy);
    const html = await previewOf(lab, 'Quick');
    expect(html).toMatch(/1 of 10 trials failed, and are missing below:[^]*Quick_wavemix_16_2_40x_s0: /);
    expect(html).toContain('9 of 10 trials have finished: the means below cover different squares');
    await writeFile(join(copy, 'reports/Quick.json'), '{"title": 3}');
    await expect(lab.services['reports.settings']({ study: 'Quick' })).rejects.toMatchObject({
      message: expect.stringMatching(/title.*Quick\.json|Quick\.json.*title/s),
    });
  });

  it('names every format that the contract knows', () => {
    expect(REPORT_FORMATS).toHaveLength(10);
  });
});

/** Cells of a tabular's rows; throws where the source is not well-formed. */
function texRows(source: string): string[][] {
  const root = parseTex(source);
  const environments: { env: string; content: unknown[] }[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== 'object' || node === null) return;
    const own = node as { type?: string; env?: string; content?: unknown };
    if (own.type === 'environment') environments.push(own as (typeof environments)[number]);
    walk(own.content);
  };
  walk(root.content);
  const names = environments.map(({ env }) => env).join(' ');
  expect(['table tabular', 'longtable']).toContain(names);
  const body = source.slice(source.indexOf('\\toprule'), source.indexOf('\\bottomrule'));
  return body
    .split('\\\\\n')
    .map((line) => line.replaceAll(/\\(?:toprule|midrule|bottomrule|endhead)/g, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/(?<!\\)&/).map((cell) => cell.trim()));
}

/** Values of one tag of a TensorBoard event file, in its order. */
function scalarsOf(file: Buffer, tag: string): number[] {
  const values: number[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    const event = file.subarray(at + 12, at + 12 + length);
    const place = event.indexOf(tag);
    if (place >= 0) values.push(event.readFloatLE(place + tag.length + 1)); // after the tag: key 0x15, float32
    at += 16 + length;
  }
  return values;
}
