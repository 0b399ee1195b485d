/** The Fourier transform of 2D-FNet by products with real matrices: no complex tensors, and half precision works too. */
import * as tf from '@tensorflow/tfjs-core';
import { operator } from './node.ts';

/**
 * Real part of the discrete Fourier transform over height, width and channels, unnormalised (Lee-Thorp et al., arXiv 2105.03824).
 * It is its own adjoint, so its gradient is the same transform, and nothing is kept for it.
 * @param x [N, H, W, C]
 */
export function realFourier(x: tf.Tensor4D): tf.Tensor4D {
  return operator(
    [x],
    (x) => ({ value: tf.tidy(() => transform(x)), saved: [] }),
    (dy) => tf.tidy(() => transform(dy)),
  );
}

/**
 * With c and s the cosine and sine transforms along an axis, the real part is Re (c - is)(c - is)(c - is) x =
 * (cc - ss) c x - (cs + sc) s x over (height, width) and channels. The Hartley transform t = (c + s)(c + s) over height and width
 * (Bracewell, J. Opt. Soc. Am. 73, 1983) has both factors in its reflections: t(-k, l) + t(k, -l) = 2 (cc - ss), and
 * t(k, l) - t(-k, -l) = 2 (cs + sc). So four real matrix products do it: height, width, and channels twice.
 */
function transform(x: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const rows = tf.matMul(hartley(h), tf.reshape(x, [n, h, w * c]) as tf.Tensor3D); // (N, H, W C)
  const t = tf.matMul(hartley(w), tf.reshape(rows, [n * h, w, c]) as tf.Tensor3D); // (N H, W, C)
  const upDown = (y: tf.Tensor) => tf.gather(tf.reshape(y, [n, h, w * c]), reflection(h), 1);
  const leftRight = (y: tf.Tensor) => tf.gather(tf.reshape(y, [n * h, w, c]), reflection(w), 1);
  const tokens = (y: tf.Tensor) => tf.reshape(y, [n * h * w, c]) as tf.Tensor2D;
  const up = upDown(t);
  const even = tf.add(tokens(up), tokens(leftRight(t)));
  const odd = tf.sub(tokens(t), tokens(leftRight(up)));
  const { cosine, sine } = waves(c);
  const y = tf.sub(tf.matMul(even, tf.mul(cosine, 0.5) as tf.Tensor2D), tf.matMul(odd, tf.mul(sine, 0.5) as tf.Tensor2D));
  return tf.reshape(y, [n, h, w, c]);
}

/** cos + sin of 2 pi j k / size [1, size, size]. */
function hartley(size: number): tf.Tensor3D {
  const { cosine, sine } = waves(size);
  return tf.reshape(tf.add(cosine, sine), [1, size, size]) as tf.Tensor3D;
}

/** Of 2 pi j k / size [size, size]; computed in the graph, so that a recorded step holds no large constants. */
function waves(size: number): { cosine: tf.Tensor2D; sine: tf.Tensor2D } {
  const indices = tf.range(0, size);
  const products = tf.mul(tf.reshape(indices, [size, 1]), tf.reshape(indices, [1, size])); // exact up to 2^24: to 4096 pixels
  const angles = tf.mul(tf.mod(products, size), (2 * Math.PI) / size) as tf.Tensor2D;
  return { cosine: tf.cos(angles), sine: tf.sin(angles) };
}

/** Indices of 0, n - 1, ..., 1: where -k lies. */
function reflection(size: number): tf.Tensor1D {
  return tf.tensor1d(
    Array.from({ length: size }, (_, i) => (size - i) % size),
    'int32',
  );
}
