/** A named tensor's values. */
export interface NamedWeights {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface WeightDistance {
  readonly name: string;
  readonly shape: readonly number[];
  /** ‖a − b‖₂. */
  readonly distance: number;
  /** ‖a − b‖₂ / ‖a‖₂; ∞ or NaN where a is 0. */
  readonly relative: number;
  /** a · b / (‖a‖ ‖b‖), −1…1; NaN where one of them is 0. */
  readonly cosine: number;
}

export interface WeightComparison {
  /** Tensors that both have, in the reference's order. */
  readonly tensors: readonly WeightDistance[];
  /** Names that the other one lacks, or has in another shape. */
  readonly onlyReference: readonly string[];
  /** Names that the reference lacks, or has in another shape. */
  readonly onlyOther: readonly string[];
}

/** Compares tensor by tensor where name and shape agree. @param a the reference's */
export function compareWeights(a: readonly NamedWeights[], b: readonly NamedWeights[]): WeightComparison {
  const key = ({ name, shape }: NamedWeights) => `${name} [${shape.join()}]`;
  const others = new Map(b.map((tensor) => [key(tensor), tensor]));
  const own = new Set(a.map(key));
  return {
    tensors: a.flatMap((tensor) => {
      const other = others.get(key(tensor));
      return other ? [distanceOf(tensor, other)] : [];
    }),
    onlyReference: a.filter((tensor) => !others.has(key(tensor))).map(({ name }) => name),
    onlyOther: b.filter((tensor) => !own.has(key(tensor))).map(({ name }) => name),
  };
}

function distanceOf({ name, shape, values }: NamedWeights, other: NamedWeights): WeightDistance {
  let [difference, dot, squaresA, squaresB] = [0, 0, 0, 0];
  for (let index = 0; index < values.length; index++) {
    const [a, b] = [values[index] ?? NaN, other.values[index] ?? NaN];
    difference += (a - b) ** 2;
    dot += a * b;
    squaresA += a * a;
    squaresB += b * b;
  }
  return {
    name,
    shape,
    distance: Math.sqrt(difference),
    relative: Math.sqrt(difference / squaresA),
    cosine: Math.max(-1, Math.min(1, dot / Math.sqrt(squaresA * squaresB))),
  };
}
