import { defineStore } from 'pinia';
import { contenderName } from '../../shared/domain/study/arm.ts';
import { ref, shallowRef } from 'vue';
import type { LabEvent } from '../../shared/contract/events.ts';
import type { ModelRow } from '../../shared/contract/calls/system.ts';
import type { Doctor, LabInfo, Project, Task } from '../../shared/contract/system.ts';
import { call, type ConnectionState } from '../api/index.ts';

/** The lab itself: connection, open project, long tasks, models and the compute runtime. */
export const useLab = defineStore('lab', () => {
  const connection = ref<ConnectionState>('connecting');
  const info = shallowRef<LabInfo | null>(null);
  const project = shallowRef<Project | null>(null);
  const doctor = shallowRef<Doctor | null>(null);
  const models = shallowRef<ModelRow[]>([]);
  const tasks = shallowRef<ReadonlyMap<string, Task>>(new Map());
  const followers = new Map<string, (task: Task) => void>();

  async function load(): Promise<void> {
    const [labInfo, rows, list] = await Promise.all([call('lab.info', {}), call('models.list', {}), call('tasks.list', {})]);
    info.value = labInfo;
    models.value = rows;
    tasks.value = new Map(list.map((task) => [task.id, task]));
    list.forEach(settle);
    project.value = labInfo.project;
  }

  async function examine(): Promise<void> {
    doctor.value = await call('runtime.doctor', {});
  }

  function hear(event: LabEvent): void {
    if (event.type === 'project') project.value = event.project;
    if (event.type !== 'task') return;
    tasks.value = new Map(tasks.value).set(event.task.id, event.task);
    settle(event.task);
    if (event.task.kind === 'runtime' && event.task.state !== 'running') void examine().catch(() => {});
  }

  function settle(task: Task): void {
    if (task.state === 'running') return;
    followers.get(task.id)?.(task);
    followers.delete(task.id);
  }

  /** Resolves with the task when it has ended, however it ended. */
  function ended(id: string): Promise<Task> {
    const known = tasks.value.get(id);
    if (known && known.state !== 'running') return Promise.resolve(known);
    return new Promise((resolve) => followers.set(id, resolve));
  }

  /** @param id of a network, with its treatment where there is one */
  function modelName(id: string): string {
    const [model, ...treatment] = id.split(' ');
    const name = models.value.find((row) => row.id === model)?.name ?? contenderName(model);
    return treatment.length > 0 ? `${name}, ${treatment.join(' ')}` : name;
  }

  return { connection, info, project, doctor, models, tasks, load, examine, hear, ended, modelName };
});
