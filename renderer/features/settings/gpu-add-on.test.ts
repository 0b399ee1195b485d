import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Doctor, LabInfo, Task } from '../../../shared/contract/system.ts';
import { useClient } from '../../api/index.ts';
import { useLab } from '../../stores/lab.ts';
import { fakeClient } from '../../testing/fake-lab.ts';
import GpuAddOn from './GpuAddOn.vue';

const there: NonNullable<Doctor['gpuAddOn']> = { installed: false, downloadBytes: 3.38e9, roomBytes: 10.7e9, index: null };
const started: unknown[] = [];

function mounted(gpuAddOn: Doctor['gpuAddOn']) {
  useClient(
    fakeClient({
      'runtime.install': (input) => {
        started.push(input);
        return { task: 'one' };
      },
      'files.choose': () => ({ path: '/media/wheels' }),
    }),
  );
  useLab().doctor = { gpuAddOn } as Doctor;
  useLab().info = { nativeDialogs: true } as LabInfo;
  const wrapper = mount(GpuAddOn);
  const button = (words: string) => wrapper.findAll('button').find((one) => one.text().includes(words))!;
  return { wrapper, button };
}

beforeEach(() => {
  setActivePinia(createPinia());
  localStorage.clear();
  started.length = 0;
});

describe('the GPU add-on', () => {
  it('says what it needs, and is downloaded from the index that is typed', async () => {
    const { wrapper, button } = mounted(there);
    expect(wrapper.text()).toContain('It downloads 3.4 GB and needs 10.7 GB of free disk');
    expect(button('Download').attributes('disabled')).toBeDefined(); // from where?
    await wrapper.get('input').setValue(' https://mirror.example/simple ');
    await button('Download').trigger('click');
    expect(started).toEqual([{ device: 'gpu', index: 'https://mirror.example/simple' }]);
  });

  it('is downloaded from the index that the environment names', async () => {
    const { wrapper, button } = mounted({ ...there, index: 'https://own.example/simple' });
    await wrapper.get('input').setValue('');
    expect(wrapper.get('input').attributes('placeholder')).toBe('https://own.example/simple');
    await button('Download').trigger('click');
    expect(started).toEqual([{ device: 'gpu', index: undefined }]);
  });

  it('is installed from a folder', async () => {
    await mounted(there).button('folder').trigger('click');
    await flushPromises();
    expect(started).toEqual([{ device: 'gpu', wheels: '/media/wheels' }]);
  });

  it('waits while a runtime is being installed', () => {
    useLab().tasks = new Map([['one', { kind: 'runtime', state: 'running' } as Task]]);
    expect(mounted(there).button('folder').attributes('disabled')).toBeDefined();
  });

  it('is not offered twice, nor where there is none', () => {
    expect(mounted({ ...there, installed: true }).wrapper.text()).toBe(
      'GPU add-onInstalled. Training runs use the GPU where the driver offers one.',
    );
    expect(mounted(null).wrapper.text()).toBe('');
  });
});
