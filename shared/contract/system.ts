import { z } from 'zod';

/** What `magnilab doctor` says: what is loaded, what is missing and how to get it. */
export const doctorSchema = z.object({
  magnilab: z.string(),
  node: z.string(),
  /** "ok" when trials can run */
  state: z.enum(['ok', 'missing', 'broken']),
  tfjs: z.string().nullable(),
  /** version of libtensorflow, e.g. "2.21.0" */
  libtensorflow: z.string().nullable(),
  /** "wheel" or "stock": how the runtime was installed */
  source: z.string().nullable(),
  folder: z.string(),
  /** "cpu" or the GPU's name */
  device: z.string().nullable(),
  /** a GPU of the machine that TensorFlow does not use, or a runtime for one without it: named, with the reason */
  unusedGpu: z.string().nullable(),
  /** the runtime for an NVIDIA GPU, which is installed beside the one that ships; null where there is none for the machine */
  gpuAddOn: z
    .object({
      installed: z.boolean(),
      downloadBytes: z.number(),
      /** that must be free while it is installed, downloads included */
      roomBytes: z.number(),
      /** address of the package index that the environment names */
      index: z.string().nullable(),
    })
    .nullable(),
  oneDnn: z.boolean(),
  threads: z.number().int(),
  cpu: z.string(),
  memoryBytes: z.number(),
  missing: z.array(z.object({ what: z.string(), how: z.string() })),
});
export type Doctor = z.infer<typeof doctorSchema>;

/** What is being done; in words it is the text `phases.<phase>`. */
export const taskPhases = [
  'starting',
  'index.unpack',
  'index.names',
  'index.headers',
  'index.pixels',
  'index.verify',
  'demo.tissue',
  'runtime.download',
  'runtime.verify',
  'runtime.unpack',
  'runtime.build',
  'runtime.test',
] as const;
export type TaskPhase = (typeof taskPhases)[number];

/** Progress of long work: indexing, demo tissue, installing the runtime. */
export const taskSchema = z.object({
  id: z.string(),
  kind: z.enum(['index', 'demo', 'runtime']),
  phase: z.enum(taskPhases),
  done: z.number(),
  /** 0 when not known */
  total: z.number(),
  secondsLeft: z.number().nullable(),
  state: z.enum(['running', 'finished', 'failed', 'cancelled']),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type Task = z.infer<typeof taskSchema>;

export const projectSchema = z.object({
  name: z.string(),
  folder: z.string(),
  /** folder of the indexed data set, null before the first index */
  dataset: z.string().nullable(),
  synthetic: z.boolean(),
  /** the folder cannot be written to: everything can be looked at and reported, nothing started or saved */
  readOnly: z.boolean(),
  /** the data set's folder is not there now */
  dataAway: z.boolean(),
});
export type Project = z.infer<typeof projectSchema>;

export const labInfoSchema = z.object({
  version: z.string(),
  /** address where newer packages are, as this package says; null where it says none */
  releases: z.string().nullable(),
  /** which door this is */
  door: z.enum(['desktop', 'browser']),
  /** whether files.choose can open a native dialog */
  nativeDialogs: z.boolean(),
  /** where new projects go unless the user says otherwise */
  projectsFolder: z.string(),
  project: projectSchema.nullable(),
});
export type LabInfo = z.infer<typeof labInfoSchema>;

export const folderEntrySchema = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file', 'project']),
});
export const folderListingSchema = z.object({
  path: z.string(),
  parent: z.string().nullable(),
  entries: z.array(folderEntrySchema),
});
export type FolderListing = z.infer<typeof folderListingSchema>;
