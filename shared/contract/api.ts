import type { z } from 'zod';
import { datasets } from './calls/datasets.ts';
import { exports } from './calls/exports.ts';
import { plans } from './calls/plans.ts';
import { projects } from './calls/projects.ts';
import { results } from './calls/results.ts';
import { studies } from './calls/studies.ts';
import { system } from './calls/system.ts';
import { tries } from './calls/try.ts';

/**
 * Every call of the lab, by service: the allow-list, with the schema of its one argument and of its answer. Doors parse the argument
 * before a service sees it. Long work answers at once with a task id and reports by events.
 */
export const api = { ...system, ...projects, ...datasets, ...plans, ...studies, ...results, ...exports, ...tries } as const;

export type Api = typeof api;
export type CallName = keyof Api;
export type CallInput<N extends CallName> = z.input<Api[N]['input']>;
export type ParsedInput<N extends CallName> = z.output<Api[N]['input']>;
export type CallOutput<N extends CallName> = z.output<Api[N]['output']>;

/** The services behind the calls, as a door sees them. */
export type LabServices = { [N in CallName]: (input: ParsedInput<N>, context?: CallContext) => Promise<CallOutput<N>> };

/** What a service may look at beside its input. */
export interface CallContext {
  /** aborted when the answer is not wanted any more */
  readonly signal?: AbortSignal;
}
