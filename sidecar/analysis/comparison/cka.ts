/**
 * Linear centred kernel alignment (Kornblith et al., ICML 2019): how alike two networks' features of the same samples are,
 * whatever the rotation and the scale.
 */
export interface Representation {
  readonly samples: number;
  /** Inner products between centred samples, row-major [samples, samples]. */
  readonly gram: Float64Array;
  /** Frobenius norm of the Gram matrix. */
  readonly norm: number;
}

/**
 * Sample by sample: so few samples are compared that this form is small whatever the features are, and one matrix serves
 * every pair.
 * @param features row-major [samples, width], finite
 */
export function representationOf(features: Float32Array, samples: number): Representation {
  const width = features.length / samples;
  const centred = Float64Array.from(features);
  for (let column = 0; column < width; column++) {
    let sum = 0;
    for (let row = 0; row < samples; row++) sum += features[row * width + column] ?? NaN;
    const mean = sum / samples;
    for (let at = column; at < centred.length; at += width) centred[at] = (features[at] ?? NaN) - mean;
  }
  const gram = new Float64Array(samples * samples);
  let squares = 0;
  for (let i = 0; i < samples; i++)
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let column = 0; column < width; column++)
        product += (centred[i * width + column] ?? NaN) * (centred[j * width + column] ?? NaN);
      gram[i * samples + j] = gram[j * samples + i] = product;
      squares += (i === j ? 1 : 2) * product * product;
    }
  return { samples, gram, norm: Math.sqrt(squares) };
}

/** 0 (nothing in common) … 1 (equal up to rotation and scale); NaN where features do not vary. */
export function linearCka(a: Representation, b: Representation): number {
  let product = 0;
  for (let index = 0; index < a.gram.length; index++)
    product += (a.gram[index] ?? NaN) * (b.gram[index] ?? NaN);
  // Rounding may lead a little beyond 1.
  return Math.min(1, product / (a.norm * b.norm));
}
