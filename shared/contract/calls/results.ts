/** Calls about results of finished trials. */
import { z } from 'zod';
import { SALIENCY_METHODS } from '../../domain/saliency.ts';
import { classNameSchema } from '../dataset.ts';
import { cellImageSchema, cellSchema, imageSaliencySchema, studyResultsSchema, testedCaseSchema } from '../results.ts';
import { trialIdSchema, viewSchema } from '../trial.ts';
import { call, ofStudy } from './call.ts';

export const results = {
  'results.study': call(ofStudy, studyResultsSchema),
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
