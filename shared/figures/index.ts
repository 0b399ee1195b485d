/** The figures of a study, in the order of a report. One more is one more file, listed here; formats draw what marks they know. */
import { matrices, rescaledMatrices } from './matrices.ts';
import { cost } from './cost.ts';
import { reliability, roc } from './curves.ts';
import { means } from './means.ts';
import { scaleCurves } from './scale-curves.ts';

export const FIGURES = [matrices, rescaledMatrices, means, scaleCurves, reliability, roc, cost] as const;
