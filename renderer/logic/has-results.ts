import type { StudySummary } from '../../shared/contract/results.ts';

/** Some of its trials have finished, and can be looked at. */
export function hasResults({ trials }: Pick<StudySummary, 'trials'>): boolean {
  return trials.some(({ state }) => state === 'finished');
}
