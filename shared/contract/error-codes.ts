/** Every code an error may carry across a boundary. The page chooses its text by the code; the message says the particulars. */
export const errorCodes = [
  'bad-input', // a field has a wrong name, type or value; details.field names it
  'not-found', // a file, project, study, trial or image does not exist
  'already-exists',
  'outside-folder', // a path leaves the folder it must stay in
  'no-project', // the call needs an open project
  'project-locked', // another lab holds the project
  'leak', // a split puts one case on both sides and the protocol is not "paper"
  'runtime-missing', // TensorFlow is not installed
  'runtime-failed', // TensorFlow could not be installed or loaded
  'out-of-memory',
  'damaged-file', // a checkpoint, plan or database that cannot be read
  'cancelled',
  'not-allowed', // a call or message from a sender that may not make it
  'not-available', // this door cannot do that (e.g. a native dialog in the browser)
  'trial-failed',
  'disk-full', // no room, or a quota that is used up; what was there before is kept
  'data-away', // the data set's folder or drive cannot be reached now
  'read-only', // the place cannot be written to
  'newer-format', // a file of a newer Magnilab
  'trials-running', // the call would stop running trials; ask, then call again with stop: true
  'internal', // a defect of Magnilab
] as const;
export type ErrorCode = (typeof errorCodes)[number];
