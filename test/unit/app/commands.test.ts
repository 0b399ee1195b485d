import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createCommands } from '../../../main/app/commands.ts';
import { claimSingleInstance, projectArgument } from '../../../main/app/single-instance.ts';
import type { LabServices } from '../../../shared/contract/api.ts';
import { LabError } from '../../../shared/contract/errors.ts';
import { fakeLab } from '../../helpers/studies.ts';

function commands(services: Partial<LabServices>, chosen: string | null = null, named: string | null = null) {
  const parts = {
    lab: { ...fakeLab(), services: services as LabServices },
    choose: vi.fn(async () => chosen),
    askForNew: vi.fn(async (_defaultPath: string) => named),
    showScreen: vi.fn(),
    showError: vi.fn(),
    mayStop: vi.fn(async (_message: string) => false),
  };
  return { ...parts, ...createCommands(parts) };
}

const project = { name: 'A', folder: '/p/A.magnilab', dataset: null, synthetic: false, readOnly: false, dataAway: false };
const info = {
  version: '1',
  door: 'desktop' as const,
  nativeDialogs: true,
  releases: null,
  projectsFolder: join('/home', 'Magnilab'),
  project: null,
};

describe('commands of the menu', () => {
  it('create a project where the user says', async () => {
    const create = vi.fn(async () => project);
    const c = commands({ 'lab.info': async () => info, 'projects.create': create }, null, join('/data', 'Lungs 2.magnilab'));
    await c.newProject();
    expect(c.askForNew).toHaveBeenCalledWith(join('/home', 'Magnilab', 'My project.magnilab'));
    expect(create).toHaveBeenCalledWith({ name: 'Lungs 2', folder: join('/', 'data') });
    expect(c.showScreen).toHaveBeenCalledWith('data');
  });

  it('name what is wrong with a name, by the contract', async () => {
    const create = vi.fn(async () => project);
    const c = commands({ 'lab.info': async () => info, 'projects.create': create }, null, join('/data', '?.magnilab'));
    await c.newProject();
    expect(create).not.toHaveBeenCalled();
    expect(c.showError).toHaveBeenCalledWith(expect.objectContaining({ code: 'bad-input', details: expect.anything() }));
    expect(c.showScreen).not.toHaveBeenCalled();
  });

  it('open a project from the dialog, the list or the command line', async () => {
    const open = vi.fn(async () => project);
    const c = commands({ 'projects.open': open }, '/p/A.magnilab');
    await c.openProject();
    await c.openProject('/p/B.magnilab');
    expect(open.mock.calls).toEqual([[{ folder: '/p/A.magnilab' }], [{ folder: '/p/B.magnilab' }]]);
    expect(c.choose).toHaveBeenCalledOnce();
  });

  it('ask before they stop running trials, and stop them only when told to', async () => {
    const open = vi.fn(async ({ stop }: { stop?: boolean }) => {
      if (!stop) throw new LabError('trials-running', 'Trials are running.');
      return project;
    });
    const c = commands({ 'projects.open': open });
    await c.openProject('/p/B.magnilab');
    expect(c.mayStop).toHaveBeenCalledWith('Trials are running.');
    expect(open).toHaveBeenCalledTimes(1);
    expect(c.showError).not.toHaveBeenCalled();
    c.mayStop.mockResolvedValueOnce(true);
    await c.openProject('/p/B.magnilab');
    expect(open).toHaveBeenLastCalledWith({ folder: '/p/B.magnilab', stop: true });
    expect(c.showScreen).toHaveBeenCalledWith('data');
  });

  it('do nothing when the dialog is cancelled', async () => {
    const c = commands({});
    await c.openProject();
    await c.indexFolder();
    expect(c.showError).not.toHaveBeenCalled();
  });

  it('show errors', async () => {
    const c = commands({
      'projects.open': async () => {
        throw new LabError('project-locked', 'Another lab holds the project.');
      },
    });
    await c.openProject('/p/A.magnilab');
    expect(c.showError).toHaveBeenCalledWith({ code: 'project-locked', message: 'Another lab holds the project.' });
  });

  it('pause what runs, the last first, so that none begins meanwhile', async () => {
    const pause = vi.fn();
    const studies = [
      { name: 'A', queue: { place: 0, after: null } },
      { name: 'B', queue: { place: 1, after: 'A' } },
      { name: 'C', queue: null },
    ];
    const c = commands({ 'studies.list': async () => studies as never, 'studies.pause': pause });
    await c.pauseStudies();
    expect(pause.mock.calls).toEqual([[{ study: 'B' }], [{ study: 'A' }]]);
  });
});

describe('the single instance', () => {
  it('hears of a second one', () => {
    const onSecond = vi.fn();
    const on = vi.fn();
    const app = { requestSingleInstanceLock: () => true, quit: vi.fn(), on };
    expect(claimSingleInstance(app as never, onSecond)).toBe(true);
    on.mock.lastCall![1]({}, ['magnilab', 'A.magnilab'], '/p');
    expect(onSecond).toHaveBeenCalledWith(['magnilab', 'A.magnilab'], '/p');
    expect(app.quit).not.toHaveBeenCalled();
  });

  it('ends when another runs', () => {
    const app = { requestSingleInstanceLock: () => false, quit: vi.fn(), on: vi.fn() };
    expect(claimSingleInstance(app as never, vi.fn())).toBe(false);
    expect(app.quit).toHaveBeenCalled();
  });

  it.each([
    [['electron', 'out/main/index.js'], null],
    [['magnilab', '--flag=/x.magnilab'], null],
    [['magnilab', '--flag', '/p/My lab.magnilab'], '/p/My lab.magnilab'],
    [['electron', '.', '/p/A.magnilab/'], '/p/A.magnilab'],
    [['magnilab', 'A.magnilab'], '/where/it/was/started/A.magnilab'],
    [['/p/A.magnilab'], null],
  ])('finds a project in %j', (args, folder) => expect(projectArgument(args, '/where/it/was/started')).toBe(folder));
});
