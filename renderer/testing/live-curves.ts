/**
 * A page of its own for `npm run bench -- curves`: the curves of a trial that runs, fed by the store as the lab feeds it, without a
 * lab. It measures the time between frames while steps arrive.
 */
import { createPinia } from 'pinia';
import { createApp, h } from 'vue';
import TrialCurves from '../features/run/TrialCurves.vue';
import { useClient } from '../api/index.ts';
import { Chart } from '../components/chart-setup.ts';
import { useStudies } from '../stores/studies.ts';
import '../styles/tokens.css';
import '../styles/base.css';
import { fakeClient } from './fake-lab.ts';
import { epoch, step, study, trial } from './samples.ts';

const STEPS_A_SECOND = 5;
const STEPS_AN_EPOCH = 100;

export interface Measured {
  readonly points: number;
  readonly canvases: number;
  /** of all points those that the busiest line draws */
  readonly drawn: number;
  /** between frames, ms, ascending */
  readonly frames: readonly number[];
  /** of the page's thread without a pause, ms, those above 50 */
  readonly longTasks: readonly number[];
}

declare global {
  interface Window {
    fill(points: number): Promise<void>;
    measure(seconds: number): Promise<Measured>;
  }
}

const running = trial({ state: 'running', epochs: 300 });
useClient(fakeClient({ 'trials.history': () => [] }));
const app = createApp({ render: () => h(TrialCurves, { trial: running }) });
app.use(createPinia());
app.mount('#app');
const studies = useStudies();
let sent = 0;

function takeStep(): void {
  const [at, within] = [Math.floor(sent / STEPS_AN_EPOCH), sent % STEPS_AN_EPOCH];
  sent++;
  const noise = Math.sin(sent * 12.9898) / 4;
  const loss = 0.3 + 0.7 * Math.exp(-sent / 3000) + noise * noise;
  const message = step({ epoch: at, epochs: running.epochs, step: within + 1, steps: STEPS_AN_EPOCH, loss });
  studies.hear({ type: 'trial', trial: running.id, message });
  if (within === STEPS_AN_EPOCH - 1)
    studies.hear({ type: 'trial', trial: running.id, message: { type: 'epoch', row: epoch({ epoch: at, trainLoss: loss }) } });
}

window.fill = async (points) => {
  studies.take(study([running]));
  while (sent < points) takeStep();
  await new Promise((resolve) => setTimeout(resolve, 1000)); // the first drawing is no growing curve
};

window.measure = async (seconds) => {
  const longTasks: number[] = [];
  const observer = new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: 'longtask' });
  const feeding = setInterval(takeStep, 1000 / STEPS_A_SECOND);
  const frames: number[] = [];
  const start = performance.now();
  let last = start;
  while (last - start < seconds * 1000) {
    const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    frames.push(now - last);
    last = now;
  }
  const charts = Object.values(Chart.instances);
  clearInterval(feeding);
  observer.disconnect();
  return {
    points: studies.live.get(running.id)!.points.length,
    canvases: document.querySelectorAll('canvas').length,
    drawn: Math.max(...charts.flatMap((chart) => chart.getSortedVisibleDatasetMetas().map(({ data }) => data.length))),
    frames: frames.slice(1).sort((a, b) => a - b),
    longTasks,
  };
};
