import type { PresetFacts } from './preset.ts';

export const rigorous: PresetFacts<'rigorous'> = { id: 'rigorous', allowsLeaks: false, fewestSeeds: 2, plan: {} };
