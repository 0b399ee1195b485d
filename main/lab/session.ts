import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import type { Project } from '../../shared/contract/system.ts';
import type { Compute } from '../compute/compute.ts';
import type { IndexFacts, IndexRef } from '../compute/images.ts';
import { readJson, writeJson } from '../platform/atomic.ts';
import { locateData } from '../project/data-folders.ts';
import { stateFolder } from '../platform/paths.ts';
import { hasIndex } from '../project/image-index.ts';
import { createProject, openProject, type OpenProject } from '../project/project.ts';
import type { Events } from './events.ts';

export interface RecentProject {
  readonly name: string;
  readonly folder: string;
  readonly openedAt: string;
}

const MAX_RECENT = 12;

/** The index of the open project: where its data set lies, and what the lab keeps of it. The images are in the database. */
export interface DatasetState extends IndexFacts {
  readonly folder: string;
  /** another one whenever the index is */
  readonly revision: string;
}

/** The one project that a lab has open, and its data set's index. */
export class Session {
  private open: OpenProject | null = null;
  private dataset: DatasetState | null = null;
  private readonly events: Events;
  /** where everything that takes long is computed */
  readonly compute: Compute;
  /** whether trials run, which a change of project would stop */
  isBusy: () => boolean = () => false;
  /** called before the project is closed: running trials must end */
  beforeClose: () => Promise<void> = async () => {};
  /** called when a project has been opened: trials may run there already */
  afterOpen: () => Promise<void> = async () => {};
  /** called when another lab has taken the project over: nothing may be written any more */
  onLost: () => void = () => {};
  /** changes of the project, one after the other */
  private last: Promise<unknown> = Promise.resolve();

  constructor(events: Events, compute: Compute) {
    this.events = events;
    this.compute = compute;
  }

  /** @throws LabError "no-project" */
  get project(): OpenProject {
    if (!this.open) throw new LabError('no-project', 'Open or create a project first.');
    return this.open;
  }

  isOpenAt(folder: string): boolean {
    return this.open?.folder === resolve(folder);
  }

  get isOpen(): boolean {
    return this.open !== null;
  }

  /** The index, or null before the first one. */
  get index(): DatasetState | null {
    return this.dataset;
  }

  /** @throws LabError "bad-input" before the first index */
  get indexed(): DatasetState {
    if (!this.dataset) throw new LabError('bad-input', 'Index a data set first.', { field: 'dataset.folder' });
    return this.dataset;
  }

  /** The index as compute threads find it; null before the first one. */
  get indexRef(): IndexRef | null {
    return this.dataset && this.refTo(this.dataset);
  }

  /** The same. @throws LabError "bad-input" before the first index */
  get indexedRef(): IndexRef {
    return this.refTo(this.indexed);
  }

  private refTo({ revision, folder }: DatasetState): IndexRef {
    return { database: this.project.database.location()!, revision, folder };
  }

  /** Runs work that no other such work, and no change of project, may come between. It must not call itself. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work);
    this.last = next.catch(() => {});
    return next;
  }

  setIndex(dataset: DatasetState): void {
    this.dataset = dataset;
    this.events.emit({ type: 'dataset' });
    this.events.emit({ type: 'project', project: this.describe() });
  }

  describe(): Project | null {
    if (!this.open) return null;
    return {
      name: this.open.name,
      folder: this.open.folder,
      dataset: this.dataset?.folder ?? null,
      synthetic: this.dataset?.synthetic ?? false,
      readOnly: this.open.readOnly,
      dataAway: this.dataset !== null && !existsSync(this.dataset.folder),
    };
  }

  /**
   * Creates a project and opens it. The project that was open stays open until the new one is there.
   * @param stop stops running trials; without it they refuse
   * @throws LabError "already-exists", "trials-running"
   */
  create(folder: string, stop = false): Promise<Project> {
    return this.exclusive(() => this.switchTo(() => createProject(folder, this.lost), stop));
  }

  /**
   * Opens a project. The one that was open stays open until the new one could be opened.
   * @param stop stops running trials; without it they refuse
   * @throws LabError "not-found", "project-locked", "newer-format", "trials-running"
   */
  openFolder(folder: string, stop = false): Promise<Project> {
    return this.exclusive(async () => {
      const place = await realpath(resolve(folder)).catch(() => resolve(folder));
      if (this.open?.folder === place) return this.describe()!;
      return this.switchTo(() => openProject(folder, this.lost), stop);
    });
  }

  /** @param stop stops running trials; without it they refuse @throws LabError "trials-running" */
  close(stop = true): Promise<void> {
    return this.exclusive(async () => {
      if (!stop) this.requireIdle();
      await this.closeNow();
    });
  }

  /** @throws LabError "trials-running" */
  requireIdle(): void {
    if (!this.open || !this.isBusy()) return;
    const message = `Trials are running in the project ${this.open.name}. They would be stopped; each goes on after its last finished epoch when it is resumed.`;
    throw new LabError('trials-running', message, { project: this.open.name });
  }

  private async switchTo(open: () => Promise<OpenProject>, stop: boolean): Promise<Project> {
    if (!stop) this.requireIdle();
    const next = await open();
    try {
      await this.closeNow();
    } catch (error) {
      await next.close();
      throw error;
    }
    return this.take(next);
  }

  private async closeNow(): Promise<void> {
    if (!this.open) return;
    await this.beforeClose();
    await this.open.close();
    this.open = null;
    this.dataset = null;
    this.events.emit({ type: 'project', project: null });
  }

  private readonly lost = (): void => this.onLost();

  private async take(project: OpenProject): Promise<Project> {
    this.open = project;
    this.dataset = await this.loadDataset(project);
    await this.afterOpen().catch(() => {}); // what cannot be read is told where it is asked for
    await remember(project);
    const description = this.describe()!;
    this.events.emit({ type: 'project', project: description });
    return description;
  }

  /** The index, with its folder where it lies now. One that cannot be read counts as none: it can be made again. */
  private async loadDataset({ database, folder }: OpenProject): Promise<DatasetState | null> {
    if (!mayHaveIndex(database)) return null; // as in a new project: nothing is worth a thread
    const revision = randomUUID();
    const stored = await this.compute.call('images.open', { database: database.location()!, revision }).catch(() => null);
    return stored && { ...stored.facts, revision, folder: await locateData(folder, stored.folder) };
  }
}

function mayHaveIndex(database: OpenProject['database']): boolean {
  try {
    return hasIndex(database);
  } catch {
    return false; // it cannot be read
  }
}

const recentFile = () => join(stateFolder(), 'recent.json');

/** Recently opened projects, the last one first. An unreadable list is an empty one: it only saves clicks. */
export async function recentProjects(): Promise<(RecentProject & { exists: boolean })[]> {
  const list = (await readJson(recentFile(), 'list of recent projects').catch(() => [])) as unknown;
  if (!Array.isArray(list)) return [];
  return (list as RecentProject[])
    .filter((p) => typeof p?.folder === 'string')
    .map((p) => ({ ...p, exists: existsSync(p.folder) }));
}

async function remember({ name, folder }: OpenProject): Promise<void> {
  await keepRecent([{ name, folder, openedAt: new Date().toISOString() }, ...(await othersThan(folder))]);
}

/** Of a project that was made for a moment. */
export async function forgetRecent(folder: string): Promise<void> {
  await keepRecent(await othersThan(folder));
}

async function othersThan(folder: string): Promise<RecentProject[]> {
  return (await recentProjects()).filter((p) => p.folder !== folder).map(({ exists: _exists, ...project }) => project);
}

async function keepRecent(list: readonly RecentProject[]): Promise<void> {
  await mkdir(stateFolder(), { recursive: true }).catch(() => {});
  await writeJson(recentFile(), list.slice(0, MAX_RECENT)).catch(() => {}); // a read-only home must not keep a project from opening
}
