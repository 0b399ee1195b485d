import { VARIANTS } from '../../shared/domain/catalogue.ts';

/** The small network of every family, by family. */
export const SMALL = Object.fromEntries(VARIANTS.filter((v) => v.small).map((v) => [v.family, v.id]));
