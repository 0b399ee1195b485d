import { describe, expect, it } from 'vitest';
import { buildFor } from '../../../main/runtime/wheel.ts';

describe('building the addon', () => {
  it('takes the wheel of the system, and links to the libraries that are in it', () => {
    expect(buildFor('cpu', 'linux x64').wheel.package).toBe('tensorflow-cpu');
    expect(buildFor('gpu', 'linux x64').libraries).toContain('libtensorflow_cc.so.2');
    const mac = buildFor('cpu', 'darwin arm64');
    expect(mac.wheel.file).toContain(mac.platform);
    expect(mac).toMatchObject({
      origin: '@loader_path',
      libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    });
  });

  it.each([
    ['gpu', 'darwin arm64', /no wheel for a GPU on darwin arm64/],
    ['cpu', 'win32 x64', /no wheel for win32 x64/],
    ['cpu', 'linux arm64', /no wheel for linux arm64/],
  ] as const)('says that there is none for %s on %s', (device, system, words) => {
    expect(() => buildFor(device, system)).toThrow(words);
  });
});
