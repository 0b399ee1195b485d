import type { PresetFacts } from './preset.ts';

/** How attention and mixers are trained best; no published variant of them learns well by the recipe of convolutional networks. */
const ADAMW = {
  optimiser: 'adamw',
  learningRate: 1e-3,
  weightDecay: 0.05,
  warmupEpochs: 10,
  warmupLearningRate: 1e-6,
  minLearningRate: 1e-5,
  gradientClip: 1,
};

export const rigorous: PresetFacts<'rigorous'> = {
  id: 'rigorous',
  allowsLeaks: false,
  fewestSeeds: 2,
  plan: {
    evaluation: 'full frame', // one view for all networks, and all of the image: crops differ between networks by up to 10 %
    baselines: ['colour_histogram'],
    recipes: { attention: ADAMW, 'token mixer': ADAMW },
  },
};
