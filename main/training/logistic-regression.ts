/** Weights of a linear classifier: [classes][features], and one bias per class. */
export interface LinearClassifier {
  readonly weights: readonly Float64Array[];
  readonly biases: Float64Array;
}

const STEPS = 2_000;
/** Largest component of the gradient at which the fit is taken for the optimum. */
const TOLERANCE = 1e-6;

/**
 * Multinomial logistic regression with an L2 penalty on the weights, fitted by accelerated gradient descent (Nesterov) with the
 * step that the Lipschitz constant allows: convex, without chance, so the same data give the same bits.
 * @param rows features of the images, best standardised
 * @param labels class numbers
 * @param penalty lambda of lambda / 2 |w|^2, beside the mean cross-entropy
 */
export function fitLogisticRegression(
  rows: readonly Float64Array[],
  labels: readonly number[],
  classes: number,
  penalty: number,
): LinearClassifier {
  const features = rows[0].length;
  const size = features + 1; // the bias comes last
  const meanSquare = rows.reduce((sum, row) => sum + row.reduce((s, v) => s + v * v, 1), 0) / rows.length;
  const step = 1 / (meanSquare / 2 + penalty); // the softmax's Hessian is at most 1/2; the trace bounds the largest eigenvalue
  let [point, before] = [new Float64Array(classes * size), new Float64Array(classes * size)];
  for (let i = 0; i < STEPS; i++) {
    const momentum = i / (i + 3);
    const ahead = point.map((value, k) => value + momentum * (value - before[k]));
    const gradient = gradientAt(ahead, rows, labels, classes, penalty);
    before = point;
    point = ahead.map((value, k) => value - step * gradient[k]);
    if (gradient.every((value) => Math.abs(value) < TOLERANCE)) break;
  }
  return {
    weights: Array.from({ length: classes }, (_, c) => point.slice(c * size, c * size + features)),
    biases: Float64Array.from({ length: classes }, (_, c) => point[c * size + features]),
  };
}

/** One logit per class. */
export function linearLogits({ weights, biases }: LinearClassifier, row: Float64Array): number[] {
  return weights.map((own, c) => row.reduce((sum, value, k) => sum + value * own[k], biases[c]));
}

function gradientAt(
  point: Float64Array,
  rows: readonly Float64Array[],
  labels: readonly number[],
  classes: number,
  penalty: number,
): Float64Array {
  const features = rows[0].length;
  const size = features + 1;
  const gradient = new Float64Array(point.length);
  const odds = new Float64Array(classes);
  rows.forEach((row, n) => {
    let highest = -Infinity;
    for (let c = 0; c < classes; c++) {
      let logit = point[c * size + features];
      for (let k = 0; k < features; k++) logit += point[c * size + k] * row[k];
      odds[c] = logit;
      highest = Math.max(highest, logit);
    }
    const sum = odds.reduce((total, logit) => total + Math.exp(logit - highest), 0);
    for (let c = 0; c < classes; c++) {
      const error = (Math.exp(odds[c] - highest) / sum - (labels[n] === c ? 1 : 0)) / rows.length;
      for (let k = 0; k < features; k++) gradient[c * size + k] += error * row[k];
      gradient[c * size + features] += error;
    }
  });
  for (let c = 0; c < classes; c++) for (let k = 0; k < features; k++) gradient[c * size + k] += penalty * point[c * size + k];
  return gradient;
}
