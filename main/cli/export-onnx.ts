import type { Command } from 'commander';
import { LabError } from '../../shared/contract/errors.ts';
import type { OnnxFile } from '../../shared/contract/onnx.ts';
import { exportWeightsOnnx } from '../lab/onnx.ts';
import { withInterrupt } from './interrupt.ts';
import { print, printJson } from './output.ts';
import { ensureRuntime } from './runtime.ts';
import { parseSize } from './size.ts';
import { withProject } from './with-project.ts';

interface Options {
  project?: string;
  trial?: string;
  weights?: string;
  model?: string;
  size?: string;
  out: string;
  force?: boolean;
  json?: boolean;
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('write trained networks for other programs')
    .command('onnx')
    .description('write a network as an ONNX file, for ONNX Runtime and what reads ONNX')
    .option('--project <folder>', 'project of the trial')
    .option('--trial <id>', 'a finished trial: "magnilab study status" lists them')
    .option('--weights <file>', 'instead of a trial: a safetensors file, a checkpoint of Magnilab or exported from timm')
    .option('--model <id>', 'model, where the weights do not name it')
    .option('--size <pixels>', "input size, e.g. 224 or 448x672 (height x width); default: the weights' own")
    .requiredOption('--out <file>', 'NAME.onnx to write')
    .option('--force', 'replace a file that is there')
    .option('--json', 'print as JSON')
    .action(async ({ json, ...options }: Options) => {
      const written = await withInterrupt(exporter(options));
      if (json) printJson(written);
      else print(`${written.file}\n  ${textOf(written)}`);
    });
}

/** @throws LabError "bad-input" when options are missing or do not go together */
function exporter({ project, trial, weights, model, size, out: file, force: replace = false }: Omit<Options, 'json'>) {
  const wrong = (field: string, message: string) => new LabError('bad-input', message, { field });
  if (weights !== undefined) {
    if (trial ?? project) throw wrong('trial', '--weights names a network, and so do --project and --trial: give one of them.');
    const request = { weights, model, inputSize: parseSize(size), file, replace };
    return async (signal: AbortSignal) => {
      await ensureRuntime();
      return exportWeightsOnnx(request, signal);
    };
  }
  if (model ?? size)
    throw wrong(model ? 'model' : 'size', `--${model ? 'model' : 'size'} is for --weights: a trial has its own.`);
  if (project === undefined || trial === undefined)
    throw wrong(project === undefined ? 'project' : 'trial', 'Name the network: --project FOLDER --trial ID, or --weights FILE.');
  return async (signal: AbortSignal) => {
    await ensureRuntime();
    let written!: OnnxFile;
    await withProject(project, {}, async ({ services }) => {
      written = await services['trials.exportOnnx']({ trial, file, replace }, { signal });
    });
    return written;
  };
}

function textOf({ variant, classes, inputSize: [height, width], bytes, opset }: OnnxFile): string {
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  return `${variant}, ${classes.join(' / ')}, pixels [batch, 3, ${height}, ${width}], ${size}, opset ${opset}; research use only`;
}
