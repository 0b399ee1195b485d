import { link, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { examine, probeRuntime } from '../../main/runtime/doctor.ts';
import { type Runtime, runtimeFolder } from '../../main/runtime/find.ts';
import { fromFolder } from '../../main/runtime/from-wheels.ts';
import { installRuntime } from '../../main/runtime/install.ts';
import { record } from '../../main/runtime/way.ts';
import { smallWheels } from '../helpers/package-index.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

let cpu: Runtime;
let folder: string;
beforeAll(async () => {
  cpu = await installRuntime({ device: 'cpu' });
  folder = await mkdtemp(join(dirname(runtimeFolder('cpu')), 'test-')); // on the same disk: files are linked
  return () => rm(folder, { recursive: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** As from wheels, but for the libraries of TensorFlow: those of the CPU, which are too large to be packed for a test. */
async function assemble(): Promise<void> {
  const [wheels, held] = [await temporaryFolder(), await smallWheels()];
  for (const { wheel, bytes } of held) await writeFile(join(wheels, wheel.file), bytes);
  const { binding } = await fromFolder(wheels, () => held.map(({ wheel }) => wheel))(folder, 'gpu', {});
  for (const library of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    await rm(join(folder, 'deps/lib', library));
    await link(join(cpu.folder, 'deps/lib', library), join(folder, 'deps/lib', library));
  }
  const whole = await record(folder, 'wheel', 'gpu', '2.21.0', binding);
  await writeFile(join(folder, 'runtime.json'), JSON.stringify(whole));
}

it('a runtime put together from wheels loads with the addon of another, and the doctor says why it computes on the CPU', async () => {
  await assemble();
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '-1'); // also where there is a GPU
  expect(await probeRuntime(folder)).toEqual({ ok: true, libtensorflow: '2.21.0', device: 'cpu' });
  vi.stubEnv('MAGNILAB_RUNTIME', folder);
  expect(await examine()).toMatchObject({
    state: 'ok',
    device: 'cpu',
    folder,
    unusedGpu: expect.stringMatching(/: the environment hides all GPUs \(CUDA_VISIBLE_DEVICES is "-1"\)/),
    gpuAddOn: process.platform === 'linux' && process.arch === 'x64' ? { downloadBytes: 3_379_649_224 } : null,
  });
});
