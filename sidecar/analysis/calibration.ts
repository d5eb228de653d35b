/** Bins of equal width over confidence, 0…1. */
export const CALIBRATION_BINS = 15;

/** One bin of a reliability diagram, as sums. Its samples are those whose confidence lies in [bin, bin + 1) / bins. */
export interface CalibrationBin {
  count: number;
  /** Σ of the largest probability, each 0…1. */
  confidence: number;
  /** Samples whose likeliest class is their label. */
  right: number;
}

/**
 * How often a role is right, by how sure it says it is.
 * @param probabilities row-major [samples, classes]; a row with NaN is in no bin
 */
export function calibrationOf(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
): CalibrationBin[] {
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let sample = 0; sample < labels.length; sample++) {
    const row = sample * classes;
    let best = 0;
    for (let c = 1; c < classes; c++)
      if ((probabilities[row + c] ?? NaN) > (probabilities[row + best] ?? NaN)) best = c;
    const confidence = probabilities[row + best] ?? NaN;
    const bin = bins[Math.min(CALIBRATION_BINS - 1, Math.floor(confidence * CALIBRATION_BINS))];
    if (!bin) continue;
    bin.count++;
    bin.confidence += confidence;
    bin.right += Number(best === labels[sample]);
  }
  return bins;
}

/** Expected calibration error, 0…1: Σ over bins of |mean confidence − accuracy|, weighted by the bin's share. */
export const calibrationError = (bins: readonly CalibrationBin[], samples: number): number =>
  bins.reduce((total, { confidence, right }) => total + Math.abs(confidence - right) / samples, 0);
