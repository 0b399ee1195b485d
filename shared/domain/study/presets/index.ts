/** The presets, in the order in which they are offered; the first is the default. */
import { paper } from './paper.ts';
import { quick } from './quick.ts';
import { rigorous } from './rigorous.ts';

export const PRESETS = [rigorous, paper, quick] as const;
export type Preset = (typeof PRESETS)[number]['id'];

export const presetIds = PRESETS.map(({ id }) => id) as [Preset, ...Preset[]];

export function findPreset(id: Preset) {
  return PRESETS.find((preset) => preset.id === id)!;
}
