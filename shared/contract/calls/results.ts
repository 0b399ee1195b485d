/** Calls about results of finished trials. */
import { z } from 'zod';
import { SALIENCY_METHODS } from '../../domain/saliency.ts';
import { classNameSchema } from '../dataset.ts';
import { nameSchema } from '../plan.ts';
import {
  cellImageSchema,
  cellSchema,
  comparisonSchema,
  imageSaliencySchema,
  studyResultsSchema,
  testedCaseSchema,
} from '../results.ts';
import { trialIdSchema, viewSchema } from '../trial.ts';
import { call, ofStudy } from './call.ts';

export const results = {
  'results.study': call(ofStudy, studyResultsSchema),
  /**
   * Two studies of the project side by side, or two contenders, of one study too.
   * @param pair a contender of the first and one of the second; by default all that both have
   */
  'results.compare': call(
    z.strictObject({ first: nameSchema, second: nameSchema, pair: z.tuple([z.string(), z.string()]).optional() }),
    comparisonSchema,
  ),
  /** the cells of results.study alone: they are there at once, while a study runs */
  'results.cells': call(ofStudy, z.array(cellSchema)),
  'results.images': call(
    z.strictObject({
      trial: trialIdSchema,
      view: viewSchema,
      truth: classNameSchema,
      predicted: classNameSchema,
    }),
    z.array(cellImageSchema),
  ),
  /** one case of a trial's test set at every magnification, and the cases beside it */
  'results.case': call(z.strictObject({ trial: trialIdSchema, case: z.string().min(1) }), testedCaseSchema),
  /** where the best weights of a trial look in one of its test images; takes seconds */
  'results.saliency': call(
    z.strictObject({
      trial: trialIdSchema,
      /** path as in results.images */
      image: z.string().min(1),
      method: z.enum(SALIENCY_METHODS),
    }),
    imageSaliencySchema,
  ),
} as const;
