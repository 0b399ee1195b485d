import type { IndexSummary } from '../../shared/contract/dataset.ts';
import { SUBTYPES } from '../../shared/domain/breakhis.ts';
import { tasksOf } from '../../shared/domain/tasks.ts';
import { countImages } from './image-counts.ts';
import type { IndexResult } from './index-result.ts';
import { compareText } from './problem.ts';

/** Counts of an index for the page and the command line. Pure. */
export function summarise(result: IndexResult, folder: string): IndexSummary {
  const { images, problems, manifest, csv, synthetic } = result;
  const tasks = tasksOf(images);
  const subtypeRank = (code: string) => SUBTYPES.findIndex((s) => s.code === code);
  const counts = [...Map.groupBy(images, (i) => `${i.magnification} ${i.label} ${i.subtype}`).values()]
    .map(([{ magnification, label, subtype }, ...others]) => ({ magnification, label, subtype, images: others.length + 1 }))
    .sort(
      (a, b) =>
        a.magnification - b.magnification || subtypeRank(a.subtype) - subtypeRank(b.subtype) || compareText(a.label, b.label),
    );
  return {
    folder,
    ...countImages(images, tasks[0].classes),
    counts,
    tasks: tasks.map((task) => ({ ...task, classes: [...task.classes] })),
    slides: new Set(images.map((i) => i.slide)).size,
    problems,
    csv,
    manifest,
    synthetic,
  };
}
