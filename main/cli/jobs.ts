import { Option } from 'commander';
import { LabError } from '../../shared/contract/errors.ts';

const MOST_JOBS = 64;

/** How many trials run at once. */
export function jobsOption(): Option {
  return new Option('--jobs <number>', 'trials at once').default(1, '1').argParser((text) => {
    const jobs = Number(text);
    if (!Number.isInteger(jobs) || jobs < 1 || jobs > MOST_JOBS)
      throw new LabError('bad-input', `--jobs: "${text}" is not a number from 1 to ${MOST_JOBS}.`, { field: 'jobs' });
    return jobs;
  });
}
