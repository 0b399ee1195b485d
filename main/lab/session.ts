import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import type { Project } from '../../shared/contract/system.ts';
import { readJson, writeJson } from '../store/atomic.ts';
import { loadIndex } from '../store/image-index.ts';
import { stateFolder } from '../store/paths.ts';
import { createProject, openProject, type OpenProject } from '../store/project.ts';
import type { IndexResult } from '../dataset/index-folder.ts';
import type { Events } from './events.ts';

export interface RecentProject {
  readonly name: string;
  readonly folder: string;
  readonly openedAt: string;
}

const MAX_RECENT = 12;

/** The index of the open project, with where its data set lies. */
export interface DatasetState {
  readonly folder: string;
  readonly result: IndexResult;
}

/** The one project that a lab has open, and its data set's index. */
export class Session {
  private open: OpenProject | null = null;
  private dataset: DatasetState | null = null;
  private readonly events: Events;
  /** called before the project is closed: running trials must end */
  beforeClose: () => Promise<void> = async () => {};
  /** called after a project was opened */
  afterOpen: () => Promise<void> = async () => {};

  constructor(events: Events) {
    this.events = events;
  }

  /** @throws LabError "no-project" */
  get project(): OpenProject {
    if (!this.open) throw new LabError('no-project', 'Open or create a project first.');
    return this.open;
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
      synthetic: this.dataset?.result.synthetic ?? false,
    };
  }

  async create(folder: string): Promise<Project> {
    await this.close();
    return this.take(await createProject(folder));
  }

  async openFolder(folder: string): Promise<Project> {
    if (this.open && resolve(folder) === this.open.folder) return this.describe()!;
    await this.close();
    return this.take(await openProject(folder));
  }

  async close(): Promise<void> {
    if (!this.open) return;
    await this.beforeClose();
    await this.open.close();
    this.open = null;
    this.dataset = null;
    this.events.emit({ type: 'project', project: null });
  }

  private async take(project: OpenProject): Promise<Project> {
    this.open = project;
    this.dataset = loadIndex(project.database);
    await this.afterOpen();
    await remember(project);
    const description = this.describe()!;
    this.events.emit({ type: 'project', project: description });
    return description;
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
  const others = (await recentProjects()).filter((p) => p.folder !== folder);
  const list = [{ name, folder, openedAt: new Date().toISOString() }, ...others.map(({ exists: _exists, ...p }) => p)];
  await mkdir(stateFolder(), { recursive: true }).catch(() => {});
  await writeJson(recentFile(), list.slice(0, MAX_RECENT)).catch(() => {}); // a read-only home must not keep a project from opening
}
