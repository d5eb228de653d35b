import { calibrationError, calibrationOf } from './calibration.ts';

/** Predictions of one role over a split: row-major [samples, classes] logits. */
export interface Predictions {
  readonly logits: Float32Array;
  readonly labels: ArrayLike<number>;
  readonly classes: number;
}

/** Row-wise softmax in double precision. */
export function softmaxRows({ logits, classes }: Predictions): Float64Array {
  const probabilities = Float64Array.from(logits);
  for (let row = 0; row < probabilities.length; row += classes) {
    const slice = probabilities.subarray(row, row + classes);
    const highest = slice.reduce((a, b) => Math.max(a, b), -Infinity);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += slice[c] = Math.exp((slice[c] ?? 0) - highest);
    for (let c = 0; c < classes; c++) slice[c] = (slice[c] ?? 0) / sum;
  }
  return probabilities;
}

/** What is measured of every role on every evaluated split. */
export interface ClassificationMetrics {
  /** Share of samples whose label has the largest logit, 0…1. */
  readonly top1: number;
  /** Share of samples whose label is among the five largest logits, 0…1. */
  readonly top5: number;
  /** Mean −ln p(label), in nats. */
  readonly crossEntropy: number;
  /** Expected calibration error over equal bins of confidence, 0…1. */
  readonly ece: number;
  /** H(mean softmax) / ln C: 0 when one class is always predicted with certainty, 1 when all are equally common. */
  readonly marginalEntropy: number;
}

export function classificationMetrics(predictions: Predictions): ClassificationMetrics {
  const { logits, labels, classes } = predictions;
  const samples = labels.length;
  const probabilities = softmaxRows(predictions);
  const marginal = new Float64Array(classes);
  let top1 = 0;
  let top5 = 0;
  let crossEntropy = 0;
  for (let sample = 0; sample < samples; sample++) {
    const row = sample * classes;
    const label = labels[sample] ?? 0;
    const own = logits[row + label] ?? NaN;
    let above = 0;
    let sum = 0;
    const highest = logits.subarray(row, row + classes).reduce((a, b) => Math.max(a, b), -Infinity);
    for (let c = 0; c < classes; c++) {
      const logit = logits[row + c] ?? NaN;
      sum += Math.exp(logit - highest);
      // Ties count for the lower class, as argmax does.
      if (logit > own || (logit === own && c < label)) above++;
      marginal[c] = (marginal[c] ?? 0) + (probabilities[row + c] ?? 0) / samples;
    }
    top1 += Number(above === 0 && !Number.isNaN(own));
    top5 += Number(above < 5 && !Number.isNaN(own));
    // From logits: −ln of a probability that has been rounded to 0 would be infinite.
    crossEntropy += Math.log(sum) + highest - own;
  }
  return {
    top1: top1 / samples,
    top5: top5 / samples,
    crossEntropy: crossEntropy / samples,
    ece: calibrationError(calibrationOf(probabilities, labels, classes), samples),
    marginalEntropy:
      -marginal.reduce((total, p) => total + (p > 0 ? p * Math.log(p) : p * 0), 0) / Math.log(classes),
  };
}
