import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parse } from 'csv-parse/sync';
import { describe, expect, it, onTestFinished } from 'vitest';
import { finishedDemoPlan } from '../../main/lab/finished-demo.ts';
import { createLab, type Lab } from '../../main/lab/lab.ts';
import { verifyProject } from '../../main/lab/verify.ts';
import { resourcePath } from '../../main/platform/entries.ts';
import { migrations } from '../../main/project/migrations.ts';
import { planSchema } from '../../shared/contract/plan.ts';
import { trialConfigSchema } from '../../shared/contract/trial.ts';
import { rowsOf, tableOf } from '../../shared/analysis/table.ts';
import { matricesOf } from '../../shared/analysis/matrix.ts';
import { taskEnd } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const STALE = 'run "npm run demo-project": the finished demo was made by another format';

/** A lab whose projects lie in a folder of their own. */
async function freshLab(): Promise<{ lab: Lab; projects: string }> {
  process.env.MAGNILAB_STATE = await temporaryFolder();
  const projects = await temporaryFolder();
  process.env.MAGNILAB_PROJECTS = projects;
  const lab = createLab({ door: 'browser' });
  onTestFinished(async () => {
    delete process.env.MAGNILAB_PROJECTS;
    await lab.close();
  });
  return { lab, projects };
}

const json = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;

describe('the finished demo', () => {
  it('opens whole, is told as synthetic, and says what its predictions say', async () => {
    const { lab, projects } = await freshLab();
    const project = await lab.services['projects.finishedDemo']({});
    expect(project).toMatchObject({ name: 'Finished demo', synthetic: true, readOnly: false, dataAway: false });
    expect(project.dataset).toBe(join(project.folder, 'images'));
    expect(await readdir(projects)).toEqual(['Finished demo.magnilab']);
    expect(await verifyProject(lab.session)).toMatchObject({ studies: 1, faults: [] });

    const [study] = await lab.services['studies.list']({});
    expect(study.state).toBe('finished');
    const { cells } = await lab.services['results.study']({ study: study.name });
    const table = tableOf(cells);
    const own: { model: string; train: unknown; test: number; share: number }[] = [];
    for (const trial of study.trials) {
      const csv = await readFile(join(project.folder, 'runs', trial.id, 'predictions.csv'), 'utf8');
      const rows = (parse(csv, { columns: true }) as Record<string, string>[]).filter(({ view }) => view === 'native');
      expect(rows.length).toBeGreaterThan(100);
      for (const [magnification, tested] of Map.groupBy(rows, (row) => Number(row.magnification))) {
        const share = tested.filter(({ true: truth, pred }) => truth === pred).length / tested.length;
        own.push({ model: trial.model, train: trial.trainSet, test: magnification, share });
        const told = rowsOf(table, 'accuracy').find((row) => row.trial === trial.id && row.view.magnification === magnification && row.view.scale === 'native'); // prettier-ignore
        expect(told?.value).toBeCloseTo(share, 12);
      }
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    for (const matrix of matricesOf(table, 'accuracy')) {
      const shares = (same: boolean) => own.filter(({ model, train, test }) => model === matrix.model && (train === test) === same); // prettier-ignore
      expect(matrix.diagonalMean).toBeCloseTo(mean(shares(true).map(({ share }) => share)), 12);
      expect(matrix.offDiagonalMean).toBeCloseTo(mean(shares(false).map(({ share }) => share)), 12);
    }
    // there is something to see: some network learned, and loses away from what it learned
    const best = Math.max(...matricesOf(table, 'accuracy').map(({ diagonalMean }) => diagonalMean ?? 0));
    expect(best).toBeGreaterThan(0.8);
  });

  it('was made by the formats of today', async () => {
    const { lab } = await freshLab();
    const { folder } = await lab.services['projects.finishedDemo']({});
    const [trial] = (await lab.services['studies.list']({}))[0].trials;
    expect((await json(join(folder, 'plans', 'Demo.json'))).format, STALE).toBe(planSchema.shape.format.value);
    expect((await json(join(folder, 'studies', 'Demo.json'))).format, STALE).toBe(2);
    expect((await json(join(folder, 'runs', trial.id, 'config.json'))).format, STALE).toBe(trialConfigSchema.shape.format.value);
    const made = finishedDemoPlan('/tissue');
    expect((await json(join(folder, 'plans', 'Demo.json'))).models, STALE).toEqual(made.models);
    await lab.close();
    const copy = new DatabaseSync(join(folder, 'lab.sqlite'), { readOnly: true });
    const version = copy.prepare('PRAGMA user_version').get()?.user_version;
    copy.close();
    expect(version, STALE).toBe(migrations.length);
  });

  it('is small, and brings the weights of its networks', async () => {
    expect((await stat(resourcePath('demo/finished.tar.br'))).size).toBeLessThan(4.5e6);
    const { lab } = await freshLab();
    const { folder } = await lab.services['projects.finishedDemo']({});
    expect(await lab.services['try.networks']({})).not.toEqual([]);
    const trials = (await lab.services['studies.list']({}))[0].trials.filter(({ model }) => model !== 'colour_histogram');
    for (const { id } of trials)
      expect((await stat(join(folder, 'runs', id, 'checkpoint-best.safetensors'))).size).toBeGreaterThan(1000);
  });

  it('has pictures whose pixels are those that were learned from, wherever it is moved', async () => {
    const { lab, projects } = await freshLab();
    const { folder } = await lab.services['projects.finishedDemo']({});
    const all = { filter: {}, offset: 0, limit: 1000 };
    const before = (await lab.services['dataset.images'](all)).images;
    await lab.services['projects.close']({});
    const moved = join(projects, 'elsewhere', 'Moved.magnilab');
    await cp(folder, moved, { recursive: true });
    await rm(folder, { recursive: true });
    const project = await lab.services['projects.open']({ folder: moved });
    expect(project).toMatchObject({ dataset: join(moved, 'images'), dataAway: false });
    await taskEnd(lab, (await lab.services['dataset.index']({ folder: project.dataset!, verify: true })).task);
    const { images } = await lab.services['dataset.images'](all);
    expect(images.length).toBeGreaterThan(300);
    expect(images.map(({ path, pixelSha256, bytes }) => [path, pixelSha256, bytes])).toEqual(
      before.map(({ path, pixelSha256, bytes }) => [path, pixelSha256, bytes]),
    );
    expect((await lab.services['dataset.summary']({}))?.problems).toEqual([]);
  });

  it('opened again is what is there; what the user did in it stays', async () => {
    const { lab } = await freshLab();
    const { folder } = await lab.services['projects.finishedDemo']({});
    await lab.services['projects.close']({});
    await writeFile(join(folder, 'reports', 'notes.txt'), 'of the user');
    await rm(join(folder, 'images', 'README.txt'));
    await lab.services['projects.finishedDemo']({});
    expect(await readFile(join(folder, 'reports', 'notes.txt'), 'utf8')).toBe('of the user');
    await expect(stat(join(folder, 'images', 'README.txt'))).rejects.toThrow('ENOENT');
  });

  it('takes the place of nothing', async () => {
    const { lab, projects } = await freshLab();
    const place = join(projects, 'Finished demo.magnilab');
    await mkdir(place);
    await writeFile(join(place, 'mine.txt'), 'of the user');
    await expect(lab.services['projects.finishedDemo']({})).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readdir(place)).toEqual(['mine.txt']);
    expect(await readdir(projects)).toEqual(['Finished demo.magnilab']);
  });
});
