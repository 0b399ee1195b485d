import { describe, expect, it, vi } from 'vitest';
import { watchActivity } from '../../../main/app/activity.ts';
import { keepAwakeWhileRunning } from '../../../main/app/power.ts';
import { showProgress, titleOf } from '../../../main/app/taskbar.ts';
import { fakeLab, project, step, study } from '../../helpers/studies.ts';

describe('the activity of the lab', () => {
  it('counts ended trials, epochs and steps of the running studies', () => {
    const lab = fakeLab();
    const activity = watchActivity(lab);
    expect(activity.current).toEqual({ running: false, percent: 0, project: null });
    lab.emit(project('Demo'));
    lab.emit(study('A', 'running', 'finished 10', 'running 5'));
    expect(activity.current).toEqual({ running: true, percent: 75, project: 'Demo' });
    lab.emit(step('A-1', 8, 10));
    expect(activity.current.percent).toBe(79);
    lab.emit(study('A', 'running', 'finished 10', 'running 6'));
    expect(activity.current.percent).toBe(80);
    lab.emit(study('B', 'running', 'waiting', 'waiting'));
    expect(activity.current.percent).toBe(40);
    lab.emit(study('B', 'interrupted', 'waiting', 'waiting'));
    lab.emit(study('A', 'finished', 'finished 10', 'finished 10'));
    expect(activity.current).toEqual({ running: false, percent: 0, project: 'Demo' });
  });

  it('tells only of what can be seen', () => {
    const lab = fakeLab();
    const activity = watchActivity(lab);
    const listener = vi.fn();
    activity.onChange(listener);
    lab.emit(study('A', 'running', 'running 5'));
    for (let i = 0; i <= 100; i++) lab.emit(step('A-0', i, 1000));
    expect(listener.mock.calls.map(([{ percent }]) => percent)).toEqual([50, 51]);
  });

  it('forgets the studies of a closed project', () => {
    const lab = fakeLab();
    const activity = watchActivity(lab);
    lab.emit(project('Demo'));
    lab.emit(study('A', 'running', 'running'));
    lab.emit(project('Demo')); // its data set was indexed
    expect(activity.current.running).toBe(true);
    lab.emit({ type: 'project', project: null });
    expect(activity.current).toEqual({ running: false, percent: 0, project: null });
  });
});

describe('the power save blocker', () => {
  it('is on while trials run, and only then', () => {
    const lab = fakeLab();
    const on = new Set<number>();
    let next = 0;
    const start = vi.fn(() => {
      on.add(next);
      return next++;
    });
    keepAwakeWhileRunning(watchActivity(lab), { start, stop: (id) => on.delete(id) });
    lab.emit(project('Demo'));
    lab.emit(study('A', 'waiting', 'waiting'));
    expect(on.size).toBe(0);
    lab.emit(study('A', 'running', 'running', 'waiting'));
    lab.emit(study('A', 'running', 'running 4', 'waiting'));
    lab.emit(study('B', 'running', 'waiting'));
    expect(on.size).toBe(1);
    expect(start).toHaveBeenCalledExactlyOnceWith('prevent-app-suspension');
    lab.emit(study('A', 'finished', 'finished', 'finished'));
    expect(on.size).toBe(1);
    lab.emit(study('B', 'failed', 'failed'));
    expect(on.size).toBe(0);
    lab.emit(study('B', 'running', 'running'));
    expect(on.size).toBe(1);
    lab.emit({ type: 'project', project: null });
    expect(on.size).toBe(0);
  });
});

describe('progress in title and task bar', () => {
  it.each([
    [{ running: false, percent: 0, project: null }, 'Magnilab'],
    [{ running: false, percent: 0, project: 'Demo' }, 'Demo - Magnilab'],
    [{ running: true, percent: 37, project: 'Demo' }, '37 % - Demo - Magnilab'],
  ])('%j is "%s"', (activity, title) => expect(titleOf(activity)).toBe(title));

  it('follows the trials, in a window that is opened later too', () => {
    const lab = fakeLab();
    const window = { setTitle: vi.fn(), setProgressBar: vi.fn() };
    let open = false;
    const showIn = showProgress(watchActivity(lab), () => (open ? window : null));
    lab.emit(study('A', 'running', 'running 5'));
    expect(window.setTitle).not.toHaveBeenCalled();
    open = true;
    showIn(window);
    expect(window.setProgressBar).toHaveBeenLastCalledWith(0.5);
    lab.emit(study('A', 'finished', 'finished 10'));
    expect(window.setProgressBar).toHaveBeenLastCalledWith(-1);
    expect(window.setTitle).toHaveBeenLastCalledWith('Magnilab');
  });
});
