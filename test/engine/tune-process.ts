/** A measuring process for tune.test.ts that fares as its request says. */
import { answerMeasurement, measureRequest, measureStep } from '../../main/tuning/tune.ts';

const { candidate, request } = measureRequest<{ fates: Record<string, string> }>();
const fate = request.fates[candidate.rung] ?? '1';

answerMeasurement(async () => {
  if (fate === 'killed') process.kill(process.pid, 'SIGKILL');
  if (fate === 'crash') process.exit(3);
  if (fate === 'refused') throw new Error('there is no such operator');
  if (fate === 'oom') throw new Error('OOM when allocating tensor with shape [1000000, 1000000]');
  if (fate === 'flags') {
    const { TF_ENABLE_ONEDNN_OPTS, TF_XLA_FLAGS = '' } = process.env;
    throw new Error(`${TF_ENABLE_ONEDNN_OPTS} ${TF_XLA_FLAGS}`);
  }
  const milliseconds = Number(fate);
  return measureStep({ rung: candidate.rung, compileSeconds: 0, refusals: [] }, () => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  });
});
