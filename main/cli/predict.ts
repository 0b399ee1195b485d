import { type Command, Option } from 'commander';
import { LabError } from '../../shared/contract/errors.ts';
import { MALIGNANCY } from '../../shared/domain/breakhis.ts';
import { MOST_SALIENCY_STEPS, SALIENCY_METHODS, SALIENCY_STEPS, type SaliencyMethod } from '../../shared/domain/saliency.ts';
import { isFailure, type PredictFailure, type PredictRow } from '../../shared/contract/predict.ts';
import { predictImages } from '../lab/predict.ts';
import { withInterrupt } from './interrupt.ts';
import { log, print, printJson } from './output.ts';
import { ensureRuntime } from './runtime.ts';
import { parseSize } from './size.ts';

const [DEFAULT_METHOD] = SALIENCY_METHODS;

interface Options {
  weights: string;
  model?: string;
  resize?: 'crop' | 'full frame' | 'none';
  size?: string;
  saliency?: string;
  method?: SaliencyMethod;
  steps?: string;
  json?: boolean;
}

export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('classify images with trained weights')
    .argument('<files...>', 'images, or folders of images')
    .requiredOption('--weights <file>', 'safetensors file: a checkpoint of Magnilab, or weights exported from timm')
    .option('--model <id>', 'model, where the weights do not name it')
    .option('--size <pixels>', "input size, e.g. 224 or 448x672 (height x width); default: the weights' own")
    .addOption(
      new Option('--resize <how>', 'none takes images of exactly the input size').choices(['crop', 'full frame', 'none']),
    )
    .option('--saliency <folder>', 'write NAME.saliency.png for every image: where the network looked')
    .addOption(
      new Option('--method <method>', `default: ${DEFAULT_METHOD}; grad-cam needs a network with feature maps`).choices(
        SALIENCY_METHODS,
      ),
    )
    .option('--steps <number>', `gradients per image of ${DEFAULT_METHOD}; default: ${SALIENCY_STEPS}`)
    .option('--json', 'print as JSON')
    .action(async (files: string[], { weights, model, resize, size, json, ...look }: Options) => {
      const saliency = parseSaliency(look);
      await ensureRuntime();
      const rows = await withInterrupt((signal) =>
        predictImages({ weights, model, files, resize, inputSize: parseSize(size), saliency }, signal),
      );
      const answers = rows.filter((row) => !isFailure(row));
      if (saliency)
        log(
          `Where the network looked: ${answers.length === 1 ? '1 picture' : `${answers.length} pictures`} in ${saliency.folder}`,
        );
      if (rows.length > answers.length) process.exitCode = 1;
      if (json) return printJson(rows);
      for (const row of rows) {
        if (isFailure(row)) print(failureText(row));
        else print(answerText(row));
        if (!isFailure(row) && row.saliency) print(saliencyText(row.saliency));
      }
    });
}

/** What to know of a map, below its image's answer. */
function saliencyText({ resolution, change, residual, baseline }: NonNullable<PredictRow['saliency']>): string {
  const number = (value: number) => value.toFixed(2);
  const sum =
    change === null || residual === null
      ? ''
      : `; log-odds of the plain field ${number(baseline ?? 0)}, change ${number(change)}, missed by ${number(residual)}`;
  return `           map: one value per ${resolution} x ${resolution} pixels of the input${sum}`;
}

function failureText({ path, error: { message } }: PredictFailure): string {
  return `no answer  ${message.includes(path) ? message : `${path}: ${message}`}`;
}

/** The probability is that of malignant where BreakHis's classes are told apart, else that of the answer. */
function answerText({ path, classes, predicted, probabilities }: PredictRow): string {
  const about = classes.includes(MALIGNANCY.positive) ? MALIGNANCY.positive : predicted;
  const width = Math.max(...classes.map((name) => name.length));
  return `${predicted.padEnd(width)}  p(${about}) ${probabilities[classes.indexOf(about)].toFixed(4)}  ${path}`;
}

function parseSaliency({ saliency: folder, method, steps }: Pick<Options, 'saliency' | 'method' | 'steps'>) {
  if (folder === undefined) {
    const alone = method ? 'method' : steps ? 'steps' : null;
    if (alone) throw new LabError('bad-input', `--${alone} is for --saliency <folder>, which is missing.`, { field: alone });
    return undefined;
  }
  if (steps !== undefined && !(/^\d+$/.test(steps) && Number(steps) >= 1 && Number(steps) <= MOST_SALIENCY_STEPS))
    throw new LabError('bad-input', `--steps: "${steps}" is not a number from 1 to ${MOST_SALIENCY_STEPS}.`, { field: 'steps' });
  return { folder, method: method ?? DEFAULT_METHOD, steps: steps === undefined ? undefined : Number(steps) };
}
