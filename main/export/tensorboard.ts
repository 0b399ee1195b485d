/** Training curves, matrices and the plan as event files that TensorBoard reads. */
import { contenderName } from '../../shared/domain/study/arm.ts';
import { matrices } from '../../shared/figures/matrices.ts';
import { type EventValue, eventFile } from './event-file.ts';
import type { ExportFormat, TrialFiles } from './format.ts';
import { pngOf } from './png.ts';

const IMAGE_WIDTH = 900;

export const tensorboard: ExportFormat = {
  id: 'tensorboard',
  async write({ data, trials }, put) {
    const { study, table, inference, costs } = data;
    const begun = Date.parse(study.createdAt) / 1000;
    for (const trial of trials) {
      const events = eventsOf(trial, begun);
      if (events.length > 0) await put(`tensorboard/${trial.id}/events.out.tfevents.magnilab`, eventFile(events));
    }
    const drawn = matrices.marks({ table, inference, costs }, contenderName).map((marks): EventValue => {
      return { tag: `matrix/${marks.title}`, image: pngOf(marks, IMAGE_WIDTH) };
    });
    const plan = { tag: 'plan', text: `\`\`\`json\n${JSON.stringify(study.plan, null, 2)}\n\`\`\`` };
    await put('tensorboard/study/events.out.tfevents.magnilab', eventFile([{ time: begun, step: 0, values: [plan, ...drawn] }]));
  },
};

/** One event per epoch; seconds of training from the study's start. */
function eventsOf({ history }: TrialFiles, begun: number) {
  let time = begun;
  return history.map((row) => {
    time += row.seconds;
    const scalars = {
      'loss/train': row.trainLoss,
      'loss/validation': row.validationLoss,
      'accuracy/validation': row.validationAccuracy,
      'learning rate': row.learningRate,
      'images per second': row.imagesPerSecond,
    };
    const values = Object.entries(scalars).flatMap(([tag, value]) => (typeof value === 'number' ? [{ tag, scalar: value }] : []));
    return { time, step: row.epoch, values };
  });
}
