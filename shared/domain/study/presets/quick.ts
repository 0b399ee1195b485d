import type { PresetFacts } from './preset.ts';

export const quick: PresetFacts<'quick'> = {
  id: 'quick',
  allowsLeaks: false,
  fewestSeeds: 1,
  plan: {
    models: ['resnet18', 'wavemix_32_4'],
    seeds: [0],
    inputSize: [64, 64],
    // small batches: few images still make enough steps; the last epoch: a handful of validation images would choose by luck
    training: { epochs: 16, batchSize: 8, warmupEpochs: 1, cooldownEpochs: 0, learningRate: 0.01, selection: 'last' },
    augmentation: { scale: [0.7, 1], verticalFlip: 0.5, colourJitter: 0.2 },
  },
};
