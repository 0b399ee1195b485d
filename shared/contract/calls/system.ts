/** Calls about the lab, its runtime, its networks, tasks and folders. */
import { z } from 'zod';
import { doctorSchema, folderListingSchema, labInfoSchema, taskSchema } from '../system.ts';
import { call, nothing, started } from './call.ts';

export const modelRowSchema = z.object({
  id: z.string(),
  family: z.string(),
  name: z.string(),
  kind: z.string(),
  /** timm's name; null where timm has not the network */
  timm: z.string().nullable(),
  /** dimensions, which differ from family to family */
  dims: z.record(z.string(), z.unknown()),
  params: z.number().int(),
  inputSize: z.number().int(),
  sizeMultiple: z.number().int(),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  cropPct: z.number(),
  interpolation: z.string(),
  small: z.boolean(),
  citation: z.string(),
  url: z.string(),
});
export type ModelRow = z.infer<typeof modelRowSchema>;

export const system = {
  'lab.info': call(nothing, labInfoSchema),
  'runtime.doctor': call(nothing, doctorSchema),
  'runtime.install': call(
    z.strictObject({
      device: z.enum(['auto', 'cpu', 'gpu']).optional(),
      /** address of a package index; default: what the environment names */
      index: z.string().min(1).optional(),
      /** a folder of wheels, from which alone is installed */
      wheels: z.string().min(1).optional(),
    }),
    started,
  ),
  'models.list': call(nothing, z.array(modelRowSchema)),
  'tasks.list': call(nothing, z.array(taskSchema)),
  'tasks.cancel': call(z.strictObject({ task: z.string() }), z.object({})),

  'files.list': call(z.strictObject({ path: z.string().optional() }), folderListingSchema),
  /** native dialog where the door has one, else error "not-available" */
  'files.choose': call(
    z.strictObject({
      purpose: z.enum(['dataset', 'archive', 'unpack', 'project', 'report', 'image', 'images', 'weights', 'wheels']),
    }),
    z.object({ path: z.string().nullable() }),
  ),
  /** shows a file or folder in the system's file manager where the door can, else error "not-available" */
  'files.reveal': call(z.strictObject({ path: z.string().min(1) }), z.object({})),
} as const;
