import { describe, expect, it } from 'vitest';
import { type GpuFacts, parseGpus, whyNoGpu } from '../../../main/runtime/gpu.ts';

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

  it('reads what nvidia-smi lists, and no error as a GPU', () => {
    expect(parseGpus('NVIDIA A100-SXM4-40GB, 535.104.05\nNVIDIA T4, [N/A]\n')).toEqual([
      { name: 'NVIDIA A100-SXM4-40GB', driver: '535.104.05' },
      { name: 'NVIDIA T4', driver: null },
    ]);
    expect(parseGpus('No devices were found\n')).toEqual([]);
    expect(parseGpus("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n")).toEqual([]);
  });
});
