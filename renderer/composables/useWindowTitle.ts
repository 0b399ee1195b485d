import { watchEffect } from 'vue';
import { useRoute } from 'vue-router';
import { screens } from '../../shared/contract/screens.ts';
import { trialShare } from '../logic/live-trial.ts';
import { useLab } from '../stores/lab.ts';
import { useStudies } from '../stores/studies.ts';
import { t } from '../locales/texts.ts';

/** The window's title: how far the running study is, else the screen and project. */
export function useWindowTitle(): void {
  const [lab, studies, route] = [useLab(), useStudies(), useRoute()];

  watchEffect(() => {
    const running = studies.runningTrial;
    if (running) {
      const study = studies.studies.find((s) => s.name === running.study)!;
      const share = study.trials.reduce((sum, trial) => {
        const own = trial.state === 'finished' ? 1 : trialShare(trial.epoch, trial.epochs, studies.live.get(trial.id));
        return sum + own / study.trials.length;
      }, 0);
      document.title = `${Math.floor(100 * share)} % · ${running.study} – Magnilab`;
      return;
    }
    const shown = screens.find(({ id }) => id === route.name && id !== 'start');
    const screen = shown ? `${t(`screens.${shown.id}`)} – ` : '';
    document.title = `${screen}${lab.project ? `${lab.project.name} – ` : ''}Magnilab`;
  });
}
