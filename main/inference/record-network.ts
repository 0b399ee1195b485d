import { recordStep } from '../engine/graph-program.ts';
import { nodeBackend } from '../engine/operators/node.ts';
import type { Recording } from '../export/onnx/any-batch.ts';
import type { RecordedNetwork } from '../export/onnx/translate.ts';
import type { ImageSize, Model } from '../models/model.ts';
import { type WeightValues, weightVariables } from '../models/weights.ts';
import type { Variant } from '../../shared/domain/families/index.ts';
import { evaluationStep } from '../training/trainer.ts';

/** Any two different ones do: what differs between their recordings counts images. */
const BATCHES = [2, 3] as const;

/** The evaluation of a network as TensorFlow's operators; the same step that tests and predictions run. */
export function recordNetwork(model: Model, variant: Variant, inputSize: ImageSize, weights: WeightValues): RecordedNetwork {
  const backend = nodeBackend()!; // TensorFlow is loaded
  const variables = [...weightVariables(model, weights)];
  const shapes = new Map(variables.map(([name, { shape }]) => [name, { shape }]));
  const record = (batch: number): Recording => {
    const inputs = { pixels: { shape: [batch, ...inputSize, 3], dtype: 'float32' } } as const;
    const { nodes, outputs } = recordStep(backend, evaluationStep(model, variant), inputs, shapes);
    return { batch, nodes, output: outputs[0].from };
  };
  const parameters = variables.map(
    ([name, { shape, values }], i) => [`value/${i}`, { name, shape, values: values! }] as const, // as recordStep calls them
  );
  return {
    recordings: [record(BATCHES[0]), record(BATCHES[1])],
    pixels: 'in/pixels',
    inputSize,
    classes: model.classes,
    parameters: new Map(parameters),
  };
}
