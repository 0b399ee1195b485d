/** Calls about projects. */
import { z } from 'zod';
import { nameSchema } from '../plan.ts';
import { projectSchema } from '../system.ts';
import { call, folder, nothing, started } from './call.ts';

/** stops running trials (they can be resumed); without it the call is refused while trials run */
const stop = z.boolean().optional();

export const projects = {
  'projects.recent': call(
    nothing,
    z.array(z.object({ name: z.string(), folder: z.string(), openedAt: z.string(), exists: z.boolean() })),
  ),
  /** creates NAME.magnilab in the folder and opens it */
  'projects.create': call(z.strictObject({ name: nameSchema, folder: folder.optional(), stop }), projectSchema),
  /** the project that was open stays open until this one could be opened */
  'projects.open': call(z.strictObject({ folder, stop }), projectSchema),
  'projects.close': call(z.strictObject({ stop }), z.object({})),
  /** opens (or creates) a project with demo tissue: generated on first use, indexed, with a plan "Demo" */
  'projects.demo': call(z.strictObject({ stop }), started),
  /** opens the finished study on demo tissue that ships with Magnilab; unpacked on first use */
  'projects.finishedDemo': call(z.strictObject({ stop }), projectSchema),
  /** files of the open project that cannot be used, each with the reason; the others can */
  'projects.problems': call(nothing, z.array(z.object({ path: z.string(), message: z.string() }))),
} as const;
