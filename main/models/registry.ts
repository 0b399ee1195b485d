import { findVariant, inputSizeProblem } from '../../shared/domain/catalogue.ts';
import type { Variant } from '../../shared/domain/families/index.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { convmixer } from './convmixer.ts';
import { fnet2d } from './fnet2d.ts';
import { mixer } from './mixer.ts';
import { mobilenetv3 } from './mobilenetv3.ts';
import type { ImageSize, Model, Network } from './model.ts';
import { resnet } from './resnet.ts';
import { swin } from './swin.ts';
import { vit } from './vit.ts';
import { wavemix } from './wavemix.ts';

/**
 * Builds the network of a catalogue row. Networks with one parameter per position (ViT, MLP-Mixer) have as many as the input size
 * asks for.
 * @param inputSize height, width; by default the row's
 * @throws LabError "not-found" when no row has this id, "bad-input" when the network cannot take this size: it names sizes that work
 */
export function createModel(
  id: string,
  inputSize?: ImageSize,
  classes = 2,
): { variant: Variant; model: Model; inputSize: ImageSize } {
  const variant = findVariant(id);
  if (!variant) throw new LabError('not-found', `There is no model "${id}". "magnilab models" lists them.`, { field: 'model' });
  const size = inputSize ?? [variant.inputSize, variant.inputSize];
  const problem = inputSizeProblem(variant, size);
  if (problem) throw new LabError('bad-input', problem, { field: 'inputSize' });
  return { variant, model: buildModel(variant, size, classes), inputSize: size };
}

/** The network of a row, or of one with other dimensions. */
export function buildModel(variant: Variant, inputSize: ImageSize, classes: number): Model {
  return { ...networkOf(variant, inputSize, classes), classes };
}

function networkOf(variant: Variant, inputSize: ImageSize, classes: number): Network {
  switch (variant.family) {
    case 'resnet':
      return resnet(variant.dims, classes);
    case 'mobilenetv3':
      return mobilenetv3(variant.dims, classes);
    case 'vit':
      return vit(variant.dims, inputSize, classes);
    case 'swin':
      return swin(variant.dims, inputSize, classes);
    case 'fnet2d':
      return fnet2d(variant.dims, classes);
    case 'convmixer':
      return convmixer(variant.dims, classes);
    case 'mixer':
      return mixer(variant.dims, inputSize, classes);
    case 'wavemix':
      return wavemix(variant.dims, classes);
  }
}
