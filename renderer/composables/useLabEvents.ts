import { onScopeDispose, watch } from 'vue';
import { CallError, labClient } from '../api/index.ts';
import { useDataset } from '../stores/dataset.ts';
import { useLab } from '../stores/lab.ts';
import { usePlan } from '../stores/plan.ts';
import { useStudies } from '../stores/studies.ts';
import { useTry } from '../stores/try.ts';
import { useNotify } from './useNotify.ts';

/** Feeds the stores: with what the lab tells, after every connection, and when another project is opened. */
export function useLabEvents(): void {
  const [lab, dataset, studies, plan, tries] = [useLab(), useDataset(), useStudies(), usePlan(), useTry()];
  const { fail } = useNotify();
  const client = labClient();

  onScopeDispose(
    client.onEvent((event) => {
      lab.hear(event);
      dataset.hear(event);
      studies.hear(event);
      // of no trial: the lab itself has something to say, e.g. that another one took the project over
      if (event.type === 'trial' && event.trial === '' && event.message.type === 'failed')
        fail(CallError.of(event.message.error));
    }),
  );

  async function loadProject(): Promise<void> {
    if (!lab.project) {
      dataset.clear();
      studies.clear();
      plan.clear();
      tries.clear();
      return;
    }
    await Promise.all([dataset.load(), studies.load()]);
  }

  onScopeDispose(
    client.onState((state) => {
      lab.connection = state;
      if (state === 'open')
        void lab
          .load()
          .then(loadProject)
          .then(() => lab.examine())
          .catch(fail);
    }),
  );

  watch(
    () => lab.project?.folder,
    (folder, before) => {
      if (folder === before) return;
      dataset.clear();
      studies.clear();
      plan.clear();
      tries.clear();
      void loadProject().catch(fail);
    },
  );

  watch(
    () => [lab.project?.folder, dataset.summary?.folder] as const,
    ([folder, data]) => {
      if (folder && data && !plan.draft) void plan.load().catch(fail);
      else if (data && plan.draft && plan.draft.dataset.folder !== data) plan.draft.dataset = { folder: data };
      else if (data) void plan.ask();
    },
  );
}
