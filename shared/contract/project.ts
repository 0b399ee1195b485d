import { z } from 'zod';

/** data.json of a project: where its images lie, and lay when studies were started. */
export const dataFoldersSchema = z.object({
  format: z.literal(1),
  folders: z.array(
    z.object({
      /** absolute, as indexes, plans and configurations name it */
      recorded: z.string().min(1),
      /** from the project's folder, when it was written */
      relative: z.string(),
      /** where the user says that it lies now */
      located: z.string().nullable(),
    }),
  ),
});
export type DataFolders = z.infer<typeof dataFoldersSchema>;

/** test-looks.json of a project: which studies have looked at which test sets. */
export const testLooksSchema = z.strictObject({
  format: z.literal(1),
  looks: z.array(
    z.strictObject({
      /** of the study */
      name: z.string(),
      createdAt: z.string(),
      /** SHA-256 of its splits */
      splits: z.array(z.string()),
    }),
  ),
});
export type TestLooks = z.infer<typeof testLooksSchema>;
