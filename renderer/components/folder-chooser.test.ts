import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent } from 'vue';

/** Listings that answer when a test says so. */
const answers: ((listing: unknown) => void)[] = [];
const asked: (string | undefined)[] = [];
vi.mock('../api/index.ts', async (original) => ({
  ...(await original<object>()),
  call: (_: string, { path }: { path?: string }) => {
    asked.push(path);
    return new Promise((resolve) => answers.push(resolve));
  },
}));
const { default: FolderChooser } = await import('./FolderChooser.vue');
const NModal = defineComponent({ template: '<div><slot /><slot name="footer" /></div>' });
const listing = (path: string) => ({ path, parent: '/', entries: [] });

async function chooser() {
  const wrapper = mount(FolderChooser, {
    props: { title: 'Choose', pick: 'folder', show: false },
    global: { stubs: { Modal: NModal, NModal } },
  });
  await wrapper.setProps({ show: true });
  const field = wrapper.get('input');
  const confirm = () => wrapper.findAll('button').at(-1)!.trigger('click');
  return { wrapper, field, confirm };
}

describe('the folder chooser', () => {
  beforeEach(() => {
    answers.length = 0;
    asked.length = 0;
  });

  it('keeps what is being typed when the first listing comes late, and goes there alone', async () => {
    const { field } = await chooser();
    await field.setValue('/data/tissue');
    await field.trigger('keydown', { key: 'Enter' });
    answers[0](listing('/home'));
    await flushPromises();
    expect(asked).toEqual([undefined, '/data/tissue']);
    answers[1](listing('/data/tissue'));
    await flushPromises();
    expect(field.element.value).toBe('/data/tissue');
    expect(asked).toHaveLength(2);
  });

  it('takes the folder that was typed, though Enter was not pressed', async () => {
    const { wrapper, field, confirm } = await chooser();
    answers[0](listing('/home'));
    await flushPromises();
    await field.setValue('/data/tissue');
    await confirm();
    answers[1](listing('/data/tissue'));
    await flushPromises();
    expect(wrapper.emitted('chosen')).toEqual([['/data/tissue']]);
  });
});
