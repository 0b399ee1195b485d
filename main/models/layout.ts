import type { Layout } from './layers.ts';

/**
 * The one place where weights change between PyTorch's layouts (files, timm) and TensorFlow's (here):
 *   conv            [out, in, h, w] <-> [h, w, in, out]
 *   depthwise       [ch, 1, h, w]    <-> [h, w, ch, 1]
 *   conv transpose  [in, out, h, w] <-> [h, w, out, in]
 *   linear          [out, in]       <-> [in, out]
 *   plain           unchanged
 */
const TO_TENSORFLOW: Record<Exclude<Layout, 'plain'>, readonly number[]> = {
  conv: [2, 3, 1, 0],
  depthwise: [2, 3, 0, 1],
  'conv transpose': [2, 3, 1, 0],
  linear: [1, 0],
};

/** Shape of a parameter here, from its shape in PyTorch. */
export function tensorflowShape(layout: Layout, torchShape: readonly number[]): number[] {
  return layout === 'plain' ? [...torchShape] : TO_TENSORFLOW[layout].map((axis) => torchShape[axis]);
}

export function toTensorFlow(layout: Layout, torchShape: readonly number[], values: Float32Array): Float32Array {
  return layout === 'plain' ? values : transpose(values, torchShape, TO_TENSORFLOW[layout]);
}

export function toTorch(layout: Layout, torchShape: readonly number[], values: Float32Array): Float32Array {
  if (layout === 'plain') return values;
  const order = TO_TENSORFLOW[layout];
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return transpose(values, tensorflowShape(layout, torchShape), inverse);
}

/** Copies values of the given shape so that axis i of the result is axis order[i] of the input. */
export function transpose(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const outShape = order.map((axis) => shape[axis]);
  const outStrides = order.map((axis) => strides[axis]);
  const result = new Float32Array(values.length);
  const index = new Array<number>(order.length).fill(0);
  let source = 0;
  for (let target = 0; target < result.length; target++) {
    result[target] = values[source];
    for (let axis = order.length - 1; axis >= 0; axis--) {
      source += outStrides[axis];
      if (++index[axis] < outShape[axis]) break;
      source -= outStrides[axis] * outShape[axis];
      index[axis] = 0;
    }
  }
  return result;
}
