import { ref } from 'vue';
import { useRouter } from 'vue-router';
import type { Project } from '../../shared/contract/system.ts';
import type { StudySummary } from '../../shared/contract/results.ts';
import { asCallError, call } from '../api/index.ts';
import { hasResults } from '../logic/has-results.ts';
import { useLab } from '../stores/lab.ts';
import { usePlan } from '../stores/plan.ts';
import { useNotify } from './useNotify.ts';
import { useQuestion } from './useQuestion.ts';
import { t } from '../locales/texts.ts';

/** The screen that shows what has come of a project so far. */
export function whereToGoOn(
  { dataset }: Pick<Project, 'dataset'>,
  studies: readonly StudySummary[],
): 'data' | 'plan' | 'run' | 'results' {
  if (studies.some(({ state }) => state === 'running' || state === 'interrupted')) return 'run';
  if (studies.some(hasResults)) return 'results';
  return dataset ? 'plan' : 'data';
}

/** Creating and opening projects; each leads to the screen where work goes on. */
export function useProjectActions() {
  const [lab, plan, router, { fail }] = [useLab(), usePlan(), useRouter(), useNotify()];
  const { ask } = useQuestion();
  const busy = ref(false);

  /** Does the work; where running trials are in its way, asks whether to stop them. */
  async function during(work: (stop: boolean) => Promise<unknown>): Promise<void> {
    busy.value = true;
    try {
      await work(false).catch(async (error: unknown) => {
        if (asCallError(error).code !== 'trials-running') throw error;
        if (await ask(t('app.trialsRunning'), t('app.trialsRunningText'), t('app.stopTrials'))) await work(true);
      });
    } catch (error) {
      fail(error);
    } finally {
      busy.value = false;
    }
  }

  async function goOn(project: Project): Promise<void> {
    lab.project = project;
    await router.push({ name: whereToGoOn(project, await call('studies.list', {})) });
  }

  const open = (folder: string) => during(async (stop) => goOn(await call('projects.open', { folder, stop })));

  /** The finished study that ships with Magnilab; it is unpacked on first use. */
  const finishedDemo = () => during(async (stop) => goOn(await call('projects.finishedDemo', { stop })));

  const create = (name: string, folder?: string) =>
    during(async (stop) => {
      lab.project = await call('projects.create', { name, folder, stop });
      await router.push({ name: 'data' });
    });

  /** Draws demo tissue on first use; shows the data of the demo project when it is there. */
  const demo = () =>
    during(async (stop) => {
      const { task } = await call('projects.demo', { stop });
      const { state } = await lab.ended(task);
      if (state !== 'finished') return;
      await plan.open('Demo'); // saved after the index, so the plan of an unknown project may have been taken up meanwhile
      await router.push({ name: 'data' });
    });

  return { busy, open, create, demo, finishedDemo };
}
