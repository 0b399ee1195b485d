import { describe, expect, it, vi } from 'vitest';
import { notifyOfEnds } from '../../../main/app/notifications.ts';
import { failure, fakeLab, study } from '../../helpers/studies.ts';

function watched(looking = false) {
  const lab = fakeLab();
  const notify = vi.fn();
  notifyOfEnds(lab, notify, () => looking);
  return { lab, notify };
}

describe('notifications', () => {
  it('come once when the queue has ended, not once per trial', () => {
    const { lab, notify } = watched();
    lab.emit(study('A', 'running', 'running', 'waiting'));
    lab.emit({ type: 'trial', trial: 'A-0', message: { type: 'done' } });
    lab.emit(study('A', 'running', 'finished', 'running'));
    lab.emit({ type: 'trial', trial: 'A-1', message: { type: 'done' } });
    expect(notify).not.toHaveBeenCalled();
    lab.emit(study('A', 'finished', 'finished', 'finished'));
    lab.emit(study('A', 'finished', 'finished', 'finished'));
    expect(notify.mock.calls).toEqual([['The queue has ended', 'A: 2 of 2 training runs finished.']]);
  });

  it('wait for the last of several studies', () => {
    const { lab, notify } = watched();
    lab.emit(study('A', 'running', 'running'));
    lab.emit(study('B', 'queued', 'waiting'));
    lab.emit(study('A', 'finished', 'finished'));
    expect(notify).not.toHaveBeenCalled();
    lab.emit(study('B', 'finished', 'finished'));
    expect(notify).toHaveBeenCalledTimes(1);
  });

  it('tell of the first trial of a study that fails', () => {
    const { lab, notify } = watched();
    lab.emit(study('A', 'running', 'running', 'waiting', 'waiting'));
    lab.emit(failure('A-0', 'Out of memory.'));
    lab.emit(study('A', 'running', 'failed', 'running', 'waiting'));
    lab.emit(failure('A-1', 'Out of memory.'));
    expect(notify.mock.calls).toEqual([['A training run failed', 'A-0: Out of memory.']]);
    lab.emit(study('A', 'failed', 'failed', 'failed', 'finished'));
    expect(notify).toHaveBeenLastCalledWith('The queue has ended', 'A: 1 of 3 training runs finished, 2 failed.');
  });

  it('are silent about what the user stopped, and about studies that did not run', () => {
    const { lab, notify } = watched();
    lab.emit(study('A', 'running', 'running'));
    lab.emit(study('A', 'interrupted', 'interrupted'));
    lab.emit(study('B', 'running', 'running'));
    lab.emit(study('B', 'cancelled', 'cancelled'));
    lab.emit(study('C', 'finished', 'finished'));
    lab.emit(study('D', 'running', 'running'));
    lab.emit({ type: 'project', project: null });
    lab.emit(study('D', 'finished', 'finished'));
    expect(notify).not.toHaveBeenCalled();
  });

  it('are silent while the user looks at the window', () => {
    const { lab, notify } = watched(true);
    lab.emit(study('A', 'running', 'running'));
    lab.emit(failure('A-0', 'x'));
    lab.emit(study('A', 'failed', 'failed'));
    expect(notify).not.toHaveBeenCalled();
  });
});
