import { type Command, Option } from 'commander';
import { LabError } from '../../shared/contract/errors.ts';
import { runPrediction } from '../lab/predict.ts';
import { withInterrupt } from './interrupt.ts';
import { print, printJson } from './output.ts';
import { ensureRuntime } from './runtime.ts';

interface Options {
  weights: string;
  model?: string;
  resize?: 'crop' | 'full frame' | 'none';
  size?: string;
  json?: boolean;
}

export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('classify images with trained weights')
    .argument('<files...>', 'images')
    .requiredOption('--weights <file>', 'safetensors file: a checkpoint of Magnilab, or weights exported from timm')
    .option('--model <id>', 'model, where the weights do not name it')
    .option('--size <pixels>', "input size, e.g. 224 or 448x672 (height x width); default: the weights' own")
    .addOption(
      new Option('--resize <how>', 'none takes images of exactly the input size').choices(['crop', 'full frame', 'none']),
    )
    .option('--json', 'print as JSON')
    .action(async (files: string[], { weights, model, resize, size, json }: Options) => {
      await ensureRuntime();
      const rows = await withInterrupt((signal) =>
        runPrediction({ weights, model, files, resize, inputSize: parseSize(size) }, signal),
      );
      if (json) return printJson(rows);
      for (const { path, probabilities } of rows)
        print(
          `${probabilities.malignant > 0.5 ? 'malignant' : 'benign   '}  p(malignant) ${probabilities.malignant.toFixed(4)}  ${path}`,
        );
    });
}

function parseSize(text: string | undefined): [number, number] | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)(?:x(\d+))?$/.exec(text);
  if (!match) throw new LabError('bad-input', `--size: "${text}" is not a size; write 224 or 448x672.`, { field: 'size' });
  return [Number(match[1]), Number(match[2] ?? match[1])];
}
