import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type GpuFacts, gpuFacts, parseGpus, whyNoGpu } from '../../../main/runtime/gpu.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A machine that has everything. */
const whole: GpuFacts = {
  smi: true,
  driver: '550.54.14',
  devices: ['NVIDIA A100'],
  driverLibrary: true,
  visible: undefined,
  missing: [],
};

describe('a GPU runtime that computes on the CPU', () => {
  it.each<[string, Partial<GpuFacts>, RegExp]>([
    ['hidden', { visible: '' }, /hides all GPUs \(CUDA_VISIBLE_DEVICES is ""\)/],
    ['hidden by -1', { visible: '-1', smi: false }, /CUDA_VISIBLE_DEVICES is "-1"/],
    ['no driver', { smi: false, driver: null, devices: [], driverLibrary: false }, /no NVIDIA driver was found.*525\.60\.13/],
    ['an old driver', { driver: '470.82.01' }, /driver 470\.82\.01 is too old: CUDA 12 needs 525\.60\.13 or newer/],
    ['a driver that is just too old', { driver: '525.60.11' }, /too old/],
    ['half a driver', { driverLibrary: false }, /libcuda\.so\.1, was not found.*container/],
    ['no device', { devices: [], driver: null }, /the NVIDIA driver lists no GPU/],
    ['a library missing', { missing: ['libcudnn.so.9'] }, /^a library was not found: libcudnn\.so\.9\. Run .*--gpu --force/],
    ['libraries missing', { missing: ['libcudnn.so.9', 'libnccl.so.2'] }, /^libraries were not found: libcudnn\.so\.9, libnccl/],
    ['nothing missing', {}, /TF_CPP_MIN_LOG_LEVEL=0 magnilab doctor/],
    ['all is there, and one GPU is named', { visible: '0', driver: '525.60.13' }, /driver, device and libraries are there/],
    ['a driver without nvidia-smi', { smi: false, driver: null, devices: [] }, /driver, device and libraries are there/],
  ])('says why: %s', (_, change, words) => {
    expect(whyNoGpu({ ...whole, ...change })).toMatch(words);
  });

  it.skipIf(process.platform === 'win32')('looks for the driver, its devices and the libraries of the runtime', async () => {
    const [bin, runtime, libraries] = [await temporaryFolder(), await temporaryFolder(), await temporaryFolder()];
    const smi = (script: string) => writeFile(join(bin, 'nvidia-smi'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', [bin, process.env.PATH].join(delimiter));
    vi.stubEnv('LD_LIBRARY_PATH', libraries);
    vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
    await smi('echo "NVIDIA T4, 470.82.01"');
    await writeFile(join(libraries, 'libcuda.so.1'), '');
    await mkdir(join(runtime, 'deps/nvidia/cudnn/lib'), { recursive: true });
    await writeFile(join(runtime, 'deps/nvidia/cudnn/lib/libcudnn.so.9'), '');
    const found = await gpuFacts(runtime);
    expect(found).toMatchObject({ smi: true, driver: '470.82.01', devices: ['NVIDIA T4'], driverLibrary: true });
    expect(found.missing).not.toContain('libcudnn.so.9');
    expect(whyNoGpu(found)).toMatch(/too old/);
    await smi('echo "NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver"; exit 9');
    expect(whyNoGpu(await gpuFacts(runtime))).toMatch(/lists no GPU/);
  });

  it('reads what nvidia-smi lists, and no error as a GPU', () => {
    expect(parseGpus('NVIDIA A100-SXM4-40GB, 535.104.05\nNVIDIA T4, [N/A]\n')).toEqual([
      { name: 'NVIDIA A100-SXM4-40GB', driver: '535.104.05' },
      { name: 'NVIDIA T4', driver: null },
    ]);
    expect(parseGpus('No devices were found\n')).toEqual([]);
    expect(parseGpus("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n")).toEqual([]);
  });
});
