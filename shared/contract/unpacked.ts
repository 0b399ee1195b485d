import { z } from 'zod';

/** unpacked.json in a folder that Magnilab unpacked from an archive: of which, and what it put there. */
export const unpackedSchema = z.strictObject({
  format: z.literal(1),
  archive: z.strictObject({
    name: z.string(),
    bytes: z.number().int(),
    /** ms */
    modifiedAt: z.number(),
  }),
  /** bytes of every file, by its path in the folder with "/" */
  files: z.record(z.string(), z.number().int()),
});
export type Unpacked = z.infer<typeof unpackedSchema>;
