import type { StudySummary } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';

/** A trial that runs or waits, of which study. */
interface Queued {
  readonly study: StudyFile;
  readonly id: string;
}

/** The order in which studies run: that in which they were started, until the user gives another. It lives as long as its lab. */
export class StudyOrder {
  private names: readonly string[] = [];
  /** studies, and where each stood when it was last asked what has changed */
  private told = new Map<string, { readonly study: StudyFile; readonly place: string }>();

  /** The studies of some trials, the first to run first. */
  of(trials: readonly Queued[]): string[] {
    const active = namesOf(trials);
    return this.names.filter((name) => active.has(name));
  }

  /** Where a study stands among those of some trials; null where it is none of them. */
  placeOf(name: string, trials: readonly Queued[]): StudySummary['queue'] {
    const names = this.of(trials);
    const place = names.indexOf(name);
    return place < 0 ? null : { place, after: names[place - 1] ?? null };
  }

  /** The studies whose place is another than when this was last asked, those that have come or gone, too. */
  changes(trials: readonly Queued[]): StudyFile[] {
    const before = this.told;
    const studies = new Map(trials.map(({ study }) => [study.name, study]));
    this.told = new Map(
      [...studies].map(([name, study]) => [name, { study, place: JSON.stringify(this.placeOf(name, trials)) }]),
    );
    const all = new Map([...before, ...this.told]);
    return [...all].filter(([name]) => before.get(name)?.place !== this.told.get(name)?.place).map(([, { study }]) => study);
  }

  /** Of a project that is closed. */
  forget(): void {
    this.names = [];
    this.told.clear();
  }

  /** Forgets studies that have none of the trials any more, and puts new ones at the end. */
  keep(trials: readonly Queued[]): void {
    this.names = [...new Set([...this.of(trials), ...namesOf(trials)])];
  }

  /** Those that are named come first, as they are named; the others keep their order. */
  give(names: readonly string[]): void {
    const known = names.filter((name) => this.names.includes(name));
    this.names = [...new Set([...known, ...this.names])];
  }

  /** Brings trials into the order of their studies, and of each study into that of its plan. */
  sort(trials: Queued[]): void {
    const rank = ({ study, id }: Queued) => [this.names.indexOf(study.name), study.trials.findIndex((trial) => trial.id === id)];
    const ranks = new Map(trials.map((trial) => [trial, rank(trial)]));
    trials.sort((a, b) => {
      const [[studyA, trialA], [studyB, trialB]] = [ranks.get(a)!, ranks.get(b)!];
      return studyA - studyB || trialA - trialB;
    });
  }
}

function namesOf(trials: readonly Queued[]): Set<string> {
  return new Set(trials.map(({ study }) => study.name));
}
