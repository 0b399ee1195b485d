import { join } from 'node:path';
import { robustnessOf } from '../../shared/analysis/robustness.ts';
import type { Table } from '../../shared/analysis/table.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { Prediction } from '../../shared/contract/trial.ts';
import { classTitle } from '../../shared/domain/breakhis.ts';
import { contenderName, contenderOf, isNetwork } from '../../shared/domain/study/arm.ts';
import { trainSetName } from '../../shared/domain/study/train-set.ts';
import { isNative, viewName } from '../../shared/domain/study/view.ts';
import type { DocumentPicture, PictureRow } from '../export/document/blocks.ts';
import type { ReportPictures } from '../export/format.ts';
import { placeConfig, readTrialConfig } from '../project/trial-folder.ts';
import { confidence, predictionsIn } from './results.ts';
import { smaller } from './small-picture.ts';

/** Pictures in a row of errors, and rows of cases. */
const [ERRORS, CASES] = [8, 6];
/** pixels */
const WIDTH = 240;
const QUALITY = 72;

type Listed = StudyFile['trials'][number];
interface Answered {
  readonly trial: Listed;
  readonly row: Prediction;
}

/** @param finished trials of the study, in its order */
export async function reportPictures(runs: string, finished: readonly Listed[], table: Table): Promise<ReportPictures> {
  const album = new Album(runs);
  const networks = Map.groupBy(
    finished.filter((trial) => isNetwork(contenderOf(trial))),
    contenderOf,
  );
  const errors: PictureRow[] = [];
  for (const [contender, trials] of networks) {
    const [{ seed }] = trials;
    const answers = await answersOf(runs, trials.filter((trial) => trial.seed === seed)); // prettier-ignore
    const wrong = answers.filter(({ row }) => row.truth !== row.predicted).sort((a, b) => confidence(b.row) - confidence(a.row));
    const distinct = [...new Map(wrong.toReversed().map((one) => [one.row.image, one])).values()].reverse().slice(0, ERRORS);
    const pictures = await album.show(distinct, ({ trial, row }) => `${row.case}, ${viewName(row.view)}, trained on ${trainSetName(trial.trainSet)}: ${answerText(row)}, is ${classTitle(row.truth).toLowerCase()}`); // prettier-ignore
    if (pictures.length > 0) errors.push({ title: contenderName(contender), pictures });
  }
  return { errors, cases: await caseRows(runs, networks, table, album), missing: album.missing };
}

/** Of the network that keeps most, trained on its first magnification: cases that it answers differently first, then others. */
async function caseRows(
  runs: string,
  networks: ReadonlyMap<string, readonly Listed[]>,
  table: Table,
  album: Album,
): Promise<PictureRow[]> {
  const kept = robustnessOf(table).filter(({ model }) => networks.has(model));
  const [best] = kept.sort((a, b) => (b.retention ?? b.other ?? -1) - (a.retention ?? a.other ?? -1));
  const trial = best && networks.get(best.model)!.find(({ trainSet }) => typeof trainSet === 'number');
  if (!trial) return [];
  const byCase = Map.groupBy(await answersOf(runs, [trial]), ({ row }) => row.case);
  const strips = [...byCase.values()]
    .map((own) => [...new Map(own.toReversed().map((one) => [viewName(one.row.view), one])).values()])
    .map((own) => own.sort((a, b) => a.row.view.magnification - b.row.view.magnification))
    .filter((own) => own.length > 1)
    .sort((a, b) => mixed(b) - mixed(a))
    .slice(0, CASES);
  const rows = await Promise.all(
    strips.map(async (own): Promise<PictureRow> => {
      const [{ row }] = own;
      const title = `${row.case}, ${classTitle(row.truth).toLowerCase()}: ${contenderName(best.model)} trained on ${trainSetName(trial.trainSet)}`;
      return { title, pictures: await album.show(own, (one) => `${viewName(one.row.view)}: ${answerText(one.row)}`) };
    }),
  );
  return rows.filter(({ pictures }) => pictures.length > 1);
}

/** Highest where half of the answers are wrong: such cases show what a change of magnification does. */
function mixed(own: readonly Answered[]): number {
  const wrong = own.filter(({ row }) => row.truth !== row.predicted).length;
  return wrong * (own.length - wrong);
}

/** Of images as they were recorded. */
async function answersOf(runs: string, trials: readonly Listed[]): Promise<Answered[]> {
  const all = await Promise.all(
    trials.map(async (trial) => {
      const rows = (await predictionsIn(join(runs, trial.id)).catch(() => null)) ?? [];
      return rows.filter(({ view }) => isNative(view)).map((row) => ({ trial, row }));
    }),
  );
  return all.flat();
}

function answerText({ predicted, probabilities }: Prediction): string {
  return `${classTitle(predicted).toLowerCase()} ${(100 * Math.max(...probabilities)).toFixed(0)} %`;
}

/** Small pictures of what trials tested; those whose files are away or are other pictures now are left out. */
class Album {
  missing = false;
  private readonly folders = new Map<string, Promise<{ folder: string; hashes: ReadonlyMap<string, string> }>>();
  private readonly small = new Map<string, Promise<Buffer | null>>();
  private readonly runs: string;

  constructor(runs: string) {
    this.runs = runs;
  }

  async show(answers: readonly Answered[], captionOf: (one: Answered) => string): Promise<DocumentPicture[]> {
    const made = await Promise.all(
      answers.map(async (one): Promise<DocumentPicture | null> => {
        const jpeg = await this.jpegOf(one);
        return jpeg && { jpeg, caption: captionOf(one), right: one.row.truth === one.row.predicted };
      }),
    );
    const pictures = made.filter((picture) => picture !== null);
    this.missing ||= pictures.length < made.length;
    return pictures;
  }

  private async jpegOf({ trial, row }: Answered): Promise<Buffer | null> {
    const known = this.folders.get(trial.id) ?? this.placeOf(trial.id);
    this.folders.set(trial.id, known);
    const { folder, hashes } = await known;
    const [path, expected] = [join(folder, row.image), hashes.get(row.image)!]; // predictions are held to the configuration
    const made = this.small.get(path) ?? smallJpeg(path, expected).catch(() => null);
    this.small.set(path, made);
    return made;
  }

  private async placeOf(id: string): Promise<{ folder: string; hashes: ReadonlyMap<string, string> }> {
    const run = join(this.runs, id);
    const { dataset, test } = await placeConfig(run, (await readTrialConfig(run)).config);
    return { folder: dataset.folder, hashes: new Map(test.map(({ path, pixelSha256 }) => [path, pixelSha256])) };
  }
}

async function smallJpeg(file: string, pixelSha256: string): Promise<Buffer | null> {
  const picture = await smaller({ file, pixelSha256, width: WIDTH });
  return picture && picture.jpeg({ quality: QUALITY }).toBuffer();
}
