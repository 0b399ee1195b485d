import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { describe, expect, it } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import { useClient } from '../api/index.ts';
import { useStudies } from '../stores/studies.ts';
import { fakeClient } from '../testing/fake-lab.ts';
import { study, trial } from '../testing/samples.ts';
import ResultsView from './ResultsView.vue';

describe('the screen of results', () => {
  it('says that it reads, until it can say what there is', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    useClient(fakeClient({ 'results.study': () => promise }));
    setActivePinia(createPinia());
    useStudies().take(study([trial({ state: 'finished' })]));
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: ResultsView }] });
    const view = mount(ResultsView, { global: { plugins: [router] } });
    await flushPromises();
    expect(view.text()).toContain('Reading results');
    expect(view.find('[role="progressbar"]').exists()).toBe(true);
    reject(new Error('the file is gone'));
    await flushPromises();
    expect(view.text()).not.toContain('Reading results');
  });
});
