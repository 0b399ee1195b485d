import type { PresetFacts } from './preset.ts';

export const paper: PresetFacts<'paper'> = {
  id: 'paper',
  allowsLeaks: true,
  fewestSeeds: 1,
  plan: {
    split: { by: 'image', dropDuplicates: false },
    entries: 'validation mean',
    seeds: [0, 1, 2],
    training: { precision: 'mixed' },
  },
};
