import { describe, expect, it } from 'vitest';
import { epoch } from '../testing/samples.ts';
import { logLines } from './log-lines.ts';

const record = (rest: object, level = 30) =>
  JSON.stringify({ level, time: Date.UTC(2026, 0, 1, 8, 2, 11), pid: 1, hostname: 'h', ...rest });

describe('the lines of a log', () => {
  it('are records in words, problems marked, and what TensorFlow says as it stands', () => {
    const log = [
      'I0000 port.cc:153] oneDNN custom operations are on.',
      record({ type: 'ready', device: 'cpu', tensorflow: '2.21.0', engine: 'session', resumedAtEpoch: 0 }),
      record({ type: 'epoch', row: epoch({ epoch: 1, validationAccuracy: 0.812 }) }),
      record({ type: 'epoch', row: epoch({ validationAccuracy: null }) }),
      record({ type: 'notice', text: 'The batch was halved.' }),
      record({ err: { message: 'no room', stack: 'Error: no room\n    at x' }, msg: 'no room' }, 50),
      '{"level":30,"time":17',
      '',
    ].join('\n');
    expect(logLines(log).map(({ kind, text }) => [kind, text])).toEqual([
      ['output', 'I0000 port.cc:153] oneDNN custom operations are on.'],
      ['said', 'Begins on cpu with TensorFlow 2.21.0, session'],
      ['said', 'Epoch 2 of 10 has finished: loss 0.6, validation 81.2 %, 100 images a second'],
      ['said', 'Epoch 1 of 10 has finished: loss 0.6, 100 images a second'],
      ['said', 'The batch was halved.'],
      ['wrong', 'Error: no room\n    at x'],
      ['output', '{"level":30,"time":17'],
    ]);
    expect(logLines(log)[0].time).toBeNull();
    expect(logLines(log)[1].time).toMatch(/^\d\d:02:11$/);
  });
});
