import { z } from 'zod';

/** magnilab.json in a folder that Magnilab wrote: what it put there. Only a folder that is still just that is ever replaced. */
export const folderMarkSchema = z.object({
  magnilab: z.string(),
  /** what the folder is */
  kind: z.enum(['report']),
  study: z.string(),
  /** SHA-256 of every file, by its path in the folder with "/" */
  files: z.record(z.string(), z.string()),
});
export type FolderMark = z.infer<typeof folderMarkSchema>;
