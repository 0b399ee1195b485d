import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createLab, type Lab } from '../../main/lab/lab.ts';
import type { CallInput } from '../../shared/contract/api.ts';
import type { LabEvent } from '../../shared/contract/events.ts';
import { tarGzOf } from '../helpers/archives.ts';
import { testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

let packed: Buffer;

beforeAll(async () => {
  const tissue = await testTissue();
  const paths = (await readdir(tissue, { recursive: true })).filter((path) => /\.(png|json)$/.test(path));
  packed = await tarGzOf(await Promise.all(paths.map(async (path) => [path, await readFile(join(tissue, path))] as const)));
}, 300_000);

/** A lab with an empty project, and an archive elsewhere. */
async function withArchive(bytes: Buffer): Promise<{ lab: Lab; archive: string; place: string; events: LabEvent[] }> {
  process.env.MAGNILAB_STATE = await temporaryFolder();
  const [downloads, place] = [await temporaryFolder(), await temporaryFolder()];
  const archive = join(downloads, 'BreaKHis_v1.tar.gz');
  await writeFile(archive, bytes);
  const lab = createLab({ door: 'browser' });
  onTestFinished(() => lab.close());
  await lab.services['projects.create']({ name: 'Test', folder: place });
  const events: LabEvent[] = [];
  lab.on((event) => void events.push(event));
  return { lab, archive, place, events };
}

async function read(lab: Lab, input: Partial<CallInput<'dataset.index'>> & { folder: string }, stopAt?: string) {
  const { task: id } = await lab.services['dataset.index']({ verify: false, ...input });
  for (;;) {
    const task = lab.tasks.list().find((one) => one.id === id)!;
    if (task.phase === stopAt) lab.tasks.cancel(id);
    if (task.state !== 'running') return task;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('an archive given in place of a folder', () => {
  it('is unpacked beside the project with its progress told, away from the thread that answers, and read', async () => {
    const { lab, archive, place, events } = await withArchive(packed);
    expect(await read(lab, { folder: archive })).toMatchObject({ state: 'finished' });
    const unpacking = events.flatMap((event) =>
      event.type === 'task' && event.task.phase === 'index.unpack' ? [event.task] : [],
    );
    expect(unpacking.at(-1)).toMatchObject({ kind: 'index', total: packed.length });
    expect(lab.compute.tally.get('index.unpack')?.thread).toBeGreaterThan(threadId);
    expect((await readdir(place)).sort()).toEqual(['BreaKHis_v1', 'Test.magnilab']);
    const folder = join(place, 'BreaKHis_v1');
    expect(await lab.services['dataset.summary']({})).toMatchObject({ folder, images: 96, synthetic: true, problems: [] });
    expect(lab.session.describe()).toMatchObject({ dataset: folder, synthetic: true });

    // again: nothing is unpacked, nothing decoded
    const before = await stat(join(folder, 'unpacked.json'));
    expect(await read(lab, { folder: archive })).toMatchObject({ state: 'finished' });
    expect((await stat(join(folder, 'unpacked.json'))).mtimeMs).toBe(before.mtimeMs);
  });

  it('is unpacked where the user says, but never into a folder of images', async () => {
    const { lab, archive } = await withArchive(packed);
    const into = await temporaryFolder();
    expect(await read(lab, { folder: archive, into })).toMatchObject({ state: 'finished' });
    expect(await readdir(into)).toEqual(['BreaKHis_v1']);
    const inside = join(into, 'BreaKHis_v1', 'deeper');
    await mkdir(inside);
    const refused = await read(lab, { folder: archive, into: inside });
    expect(refused).toMatchObject({ state: 'failed', error: { code: 'bad-input', message: expect.stringContaining('Magnilab writes nothing') } }); // prettier-ignore
    expect(await readdir(inside)).toEqual([]);
  });

  it('that is cancelled, damaged or missing leaves nothing, and the data set as it was', async () => {
    const { lab, archive, place } = await withArchive(packed);
    expect(await read(lab, { folder: archive }, 'index.unpack')).toMatchObject({ state: 'cancelled' });
    expect(await readdir(place)).toEqual(['Test.magnilab']);
    await writeFile(archive, packed.subarray(0, packed.length / 2));
    expect(await read(lab, { folder: archive })).toMatchObject({ state: 'failed', error: { code: 'damaged-file', message: expect.stringContaining(archive) } }); // prettier-ignore
    const gone = join(place, 'gone.zip');
    expect(await read(lab, { folder: gone })).toMatchObject({ state: 'failed', error: { code: 'not-found', message: expect.stringContaining(gone) } }); // prettier-ignore
    expect(await readdir(place)).toEqual(['Test.magnilab']);
    expect(await lab.services['dataset.summary']({})).toBeNull();
  });
});
