import type { Variant } from '../../../shared/domain/families/index.ts';
import { micrometresPerPixel } from '../../../shared/domain/magnification.ts';
import type { ModelFacts } from './graph.ts';

export interface Described {
  readonly variant: Variant;
  /** height, width */
  readonly inputSize: readonly [number, number];
  /** in the order of the logits */
  readonly classes: readonly string[];
  readonly evaluation: 'crop' | 'full frame';
  /** metadata of the weights file */
  readonly weights: Readonly<Record<string, string>>;
  /** more, of a trial */
  readonly about: Readonly<Record<string, string>>;
  /** of Magnilab */
  readonly version: string;
}

const USE = 'research use only: a probability is not a diagnosis';

/** What the file says of itself. Values are text; lists and numbers are written as JSON. */
export function modelFacts({ variant, inputSize, classes, evaluation, weights, about, version }: Described): ModelFacts {
  const { id, name, mean, std, cropPct, interpolation } = variant;
  const [height, width] = inputSize;
  const { train_set: trainSet, trial, epoch } = weights;
  const single = /^(\d+(?:\.\d+)?)x$/.exec(trainSet ?? '');
  const metadata = {
    classes: JSON.stringify(classes),
    input_size: JSON.stringify(inputSize),
    input_layout: 'NCHW',
    channels: 'RGB',
    pixel_range: '[0, 255]',
    normalisation: 'inside the graph: (pixels / 255 - mean) / std',
    mean: JSON.stringify(mean),
    std: JSON.stringify(std),
    evaluation,
    ...(evaluation === 'crop' && { crop_pct: String(cropPct) }),
    interpolation,
    resize: resizeText(evaluation, height, width, cropPct, interpolation),
    variant: id,
    ...(trial && { trial }),
    ...(epoch && { epoch }),
    ...(trainSet && { train_set: trainSet }),
    ...(single && { magnifications: magnificationsText([Number(single[1])]) }),
    ...about,
    magnilab_version: version,
    use: USE,
  };
  const told = `${name} for ${classes.join(', ')}, written by Magnilab ${version}. R${USE.slice(1)}.`;
  return { name: id, version, about: told, metadata };
}

/** Trained magnifications, each with the size of a pixel as the microscope took it, before any resizing. */
export function magnificationsText(magnifications: readonly number[]): string {
  return JSON.stringify(
    magnifications.map((magnification) => ({ magnification, micrometresPerPixel: micrometresPerPixel(magnification) })),
  );
}

function resizeText(evaluation: Described['evaluation'], height: number, width: number, cropPct: number, filter: string): string {
  const by = `${filter}, antialiased as Pillow does, to 8 bits`;
  if (evaluation === 'full frame') return `resize the whole image to ${height} x ${width} (height x width; ${by})`;
  const [coveredHeight, coveredWidth] = [height, width].map((side) => Math.floor(side / cropPct));
  return `resize the image, keeping its proportions, until it just covers ${coveredHeight} x ${coveredWidth} (height x width; ${by}), then cut ${height} x ${width} from its centre`;
}
