import { LabError } from '../../shared/contract/errors.ts';
import type { NetworkRequest } from '../../shared/contract/network.ts';
import { MALIGNANCY } from '../../shared/domain/breakhis.ts';
import { createModel } from '../models/registry.ts';
import { openWeights } from '../training/checkpoint.ts';

export type Network = Awaited<ReturnType<typeof openNetwork>>;

/**
 * The network of a weights file, its classes, and how it sees images unless it is told otherwise.
 * @param before looks at the network before its weights are read
 * @throws LabError "not-found", "damaged-file", or "bad-input" that names the field
 */
export async function openNetwork(
  { weights: path, model: id, inputSize: size }: NetworkRequest,
  before: (created: ReturnType<typeof createModel>) => void = () => {},
) {
  const file = await openWeights(path);
  const { metadata } = file;
  const named = id ?? metadata.model;
  if (!named)
    throw new LabError('bad-input', `${path} does not say which model it belongs to: name it with --model.`, {
      field: 'model',
    });
  const stored = metadata.input_size?.split(',').map(Number);
  const trainedSize = stored?.length === 2 ? ([stored[0], stored[1]] as const) : undefined;
  const classes = file.classes ?? MALIGNANCY.classes;
  const created = createModel(named, size ?? trainedSize, classes.length);
  before(created);
  const mode = metadata.evaluation === 'full frame' ? ('full frame' as const) : ('crop' as const);
  return { ...created, classes, mode, metadata, weights: file.load(created.model) };
}
