import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { OnnxFile, OnnxRequest } from '../../shared/contract/onnx.ts';
import { OPSET } from '../export/onnx/graph.ts';
import { modelFacts } from '../export/onnx/metadata.ts';
import { onnxModel } from '../export/onnx/translate.ts';
import { writeAtomically } from '../platform/atomic.ts';
import { version } from '../platform/version.ts';
import { loadTensorFlow } from '../runtime/load.ts';
import { openNetwork } from './open-network.ts';
import { recordNetwork } from './record-network.ts';
import { requireWanted } from './wanted.ts';

/**
 * Writes a network as an ONNX file, whole or not at all.
 * @throws LabError "bad-input" that names the field, "already-exists", "not-found", "damaged-file", "disk-full", "cancelled"
 */
export async function exportOnnx(request: OnnxRequest, isCancelled: () => boolean): Promise<OnnxFile> {
  const { file, replace } = request;
  const check = () => {
    requireWanted(isCancelled);
    if (!replace) requireFree(file);
  };
  requireOnnxName(file);
  check();
  const { model, variant, inputSize, weights, classes, mode, metadata } = await openNetwork(request);
  await loadTensorFlow();
  const evaluation = request.evaluation ?? mode;
  const facts = modelFacts({ variant, inputSize, classes, evaluation, weights: metadata, about: request.about, version });
  const { bytes, operators } = onnxModel(recordNetwork(model, variant, inputSize, weights), facts);
  await write(file, bytes, check);
  return {
    file,
    bytes: bytes.length,
    opset: OPSET,
    operators: operators.length,
    variant: variant.id,
    classes: [...classes],
    inputSize: [...inputSize],
  };
}

function requireOnnxName(file: string): void {
  if (extname(file).toLowerCase() === '.onnx') return;
  throw new LabError('bad-input', `${file} does not end with .onnx: name the file that is to be written NAME.onnx.`, {
    field: 'file',
    path: file,
  });
}

function requireFree(file: string): void {
  if (!existsSync(file)) return;
  const message = `${file} is there already and is not replaced unless you say so (--force): name another file.`;
  throw new LabError('already-exists', message, { field: 'file', path: file });
}

async function write(file: string, bytes: Uint8Array, check: () => void): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeAtomically(file, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), check);
  } catch (error) {
    const { code, message } = toEnvelope(error);
    if (code !== 'internal') throw error;
    throw new LabError('bad-input', `${file} could not be written: ${message}.`, { field: 'file', path: file });
  }
}
