import { LabError } from '../../shared/contract/errors.ts';

/** @throws LabError "cancelled" */
export function requireWanted(isCancelled: () => boolean): void {
  if (isCancelled()) throw new LabError('cancelled', 'The work was cancelled.');
}
