import { findVariant, parseWaveMix, type Variant } from '../../shared/domain/catalogue.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { Model } from './model.ts';
import { resnet, RESNETS } from './resnet.ts';
import { wavemix } from './wavemix.ts';

/**
 * Builds the network of a catalogue row.
 * @throws LabError "not-found" when no row has this id
 */
export function createModel(id: string, classes = 2): { variant: Variant; model: Model } {
  const variant = findVariant(id);
  if (!variant) throw new LabError('not-found', `There is no model "${id}". "magnilab models" lists them.`, { field: 'model' });
  switch (variant.family) {
    case 'resnet':
      return { variant, model: resnet(RESNETS[id], classes) };
    case 'wavemix':
      return { variant, model: wavemix(parseWaveMix(id)!, classes) };
  }
}
