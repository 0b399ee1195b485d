import { ref } from 'vue';
import { useRouter } from 'vue-router';
import { call } from '../api/index.ts';
import { useLab } from '../stores/lab.ts';
import { usePlan } from '../stores/plan.ts';
import { useNotify } from './useNotify.ts';

/** Creating and opening projects; each leads to the screen where work goes on. */
export function useProjectActions() {
  const [lab, plan, router, { fail }] = [useLab(), usePlan(), useRouter(), useNotify()];
  const busy = ref(false);

  async function during(work: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    try {
      await work();
    } catch (error) {
      fail(error);
    } finally {
      busy.value = false;
    }
  }

  const open = (folder: string) =>
    during(async () => {
      const project = await call('projects.open', { folder });
      lab.project = project;
      await router.push({ name: project.dataset ? 'plan' : 'data' });
    });

  const create = (name: string, folder?: string) =>
    during(async () => {
      lab.project = await call('projects.create', { name, folder });
      await router.push({ name: 'data' });
    });

  /** Draws demo tissue on first use; shows the data of the demo project when it is there. */
  const demo = () =>
    during(async () => {
      const { task } = await call('projects.demo', {});
      const { state } = await lab.ended(task);
      if (state !== 'finished') return;
      await plan.open('Demo'); // saved after the index, so the plan of an unknown project may have been taken up meanwhile
      await router.push({ name: 'data' });
    });

  return { busy, open, create, demo };
}
