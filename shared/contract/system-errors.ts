import type { ErrorCode } from './error-codes.ts';

/** What the operating system says by a code (`errno`), in words: which kind of error it is, what is wrong, what to do. */
interface SystemWords {
  readonly code: ErrorCode;
  /** a clause without a subject; the path stands before it */
  readonly what: string;
  readonly advice: string;
}

const full: SystemWords = { code: 'disk-full', what: 'the disk is full', advice: 'Free some room, then try again.' };
const denied: SystemWords = {
  code: 'not-allowed',
  what: 'access is not permitted',
  advice: 'Give yourself the right to read and write it, or choose another folder.',
};
const handles: SystemWords = {
  code: 'not-available',
  what: 'too many files are open at once',
  advice: 'Close other programs, or raise the limit of open files (ulimit -n).',
};
const away: SystemWords = {
  code: 'data-away',
  what: 'the drive does not answer',
  advice: 'Connect the drive or network share again.',
};

const WORDS: Readonly<Record<string, SystemWords>> = {
  ENOSPC: full,
  EDQUOT: { ...full, what: 'the disk quota is used up' },
  EFBIG: { ...full, what: 'the file is larger than this disk allows' },
  EACCES: denied,
  EPERM: denied,
  EROFS: { code: 'read-only', what: 'the disk is read-only', advice: 'Choose a folder that can be written to.' },
  ENOENT: { code: 'not-found', what: 'there is no such file or folder', advice: 'Check the path.' },
  ENOTDIR: { code: 'bad-input', what: 'a part of the path is a file, not a folder', advice: 'Check the path.' },
  EISDIR: { code: 'bad-input', what: 'it is a folder, not a file', advice: 'Check the path.' },
  EEXIST: { code: 'already-exists', what: 'it exists already', advice: 'Choose another name.' },
  ENOTEMPTY: { code: 'already-exists', what: 'the folder is not empty', advice: 'Choose an empty or a new folder.' },
  ENAMETOOLONG: { code: 'bad-input', what: 'the name is too long', advice: 'Choose a shorter name or folder.' },
  ELOOP: { code: 'bad-input', what: 'its links lead in a circle', advice: 'Remove the link.' },
  EMFILE: handles,
  ENFILE: handles,
  EBUSY: { code: 'not-available', what: 'another program uses it', advice: 'Close the other program, then try again.' },
  EIO: away,
  ENODEV: away,
  ENXIO: away,
  ESTALE: away,
  EHOSTDOWN: away,
  ENOTCONN: away,
  ETIMEDOUT: away,
};

/** A system error's words; null for codes that people do not meet. */
export function systemWords(errno: string | undefined): SystemWords | null {
  return errno !== undefined && Object.hasOwn(WORDS, errno) ? WORDS[errno] : null;
}
