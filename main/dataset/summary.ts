import type { IndexSummary } from '../../shared/contract/dataset.ts';
import { SUBTYPES } from '../../shared/domain/breakhis.ts';
import { tasksOf } from '../../shared/domain/tasks.ts';
import type { IndexResult } from './index-result.ts';
import { compareText } from './problem.ts';

/** Counts of an index for the page and the command line. Pure. */
export function summarise(result: IndexResult, folder: string): IndexSummary {
  const { images, problems, manifest, csv, synthetic } = result;
  const byMagnification: IndexSummary['byMagnification'] = {};
  const magnifications = [...new Set(images.map((i) => i.magnification))].sort((a, b) => a - b);
  const tasks = tasksOf(images);
  for (const m of magnifications) byMagnification[m] = Object.fromEntries(tasks[0].classes.map((name) => [name, 0]));
  for (const { magnification, label } of images) byMagnification[magnification][label]++;
  const subtypeRank = (code: string) => SUBTYPES.findIndex((s) => s.code === code);
  const counts = [...Map.groupBy(images, (i) => `${i.magnification} ${i.label} ${i.subtype}`).values()]
    .map(([{ magnification, label, subtype }, ...others]) => ({ magnification, label, subtype, images: others.length + 1 }))
    .sort(
      (a, b) =>
        a.magnification - b.magnification || subtypeRank(a.subtype) - subtypeRank(b.subtype) || compareText(a.label, b.label),
    );
  return {
    folder,
    images: images.length,
    byMagnification,
    counts,
    tasks: tasks.map((task) => ({ ...task, classes: [...task.classes] })),
    slides: new Set(images.map((i) => i.slide)).size,
    cases: new Set(images.map((i) => i.case)).size,
    problems,
    csv,
    manifest,
    synthetic,
  };
}
