/** The eight families of the study, in the order in which they are shown. */
import { convmixer } from './convmixer.ts';
import { fnet2d } from './fnet2d.ts';
import { mixer } from './mixer.ts';
import { mobilenetv3 } from './mobilenetv3.ts';
import { resnet } from './resnet.ts';
import { swin } from './swin.ts';
import { vit } from './vit.ts';
import { wavemix } from './wavemix.ts';

export const FAMILIES = [resnet, mobilenetv3, vit, swin, fnet2d, convmixer, mixer, wavemix] as const;

type Facts = (typeof FAMILIES)[number];
export type Family = Facts['family'];

/** A row of the catalogue. `family` says which dimensions it has. */
export type Variant<F extends Family = Family> = Extract<Facts, { family: F }>['variants'][number];

export function familyOf({ family }: Pick<Variant, 'family'>): Facts {
  return FAMILIES.find((facts) => facts.family === family)!;
}
