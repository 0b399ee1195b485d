import * as tf from '@tensorflow/tfjs-core';
import { toEnvelope } from '../../shared/contract/errors.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import { loadTensorFlow } from './load.ts';

let answer: ProbeAnswer;
try {
  const { version, device } = await loadTensorFlow();
  const [sum] = tf.sum(tf.matMul(tf.ones([8, 8]), tf.ones([8, 8]))).dataSync();
  if (sum !== 512) throw new Error(`TensorFlow multiplies wrongly: 512 expected, ${sum} computed`);
  answer = { ok: true, libtensorflow: version, device };
} catch (error) {
  answer = { ok: false, ...toEnvelope(error) };
}
process.stdout.write(`${JSON.stringify(answer)}\n`);
