/**
 * How unlike channels of two networks are, summed up over batches (kcd.md §3.2). Features are row-major [batch, positions,
 * channels]; both networks have the same batch and positions.
 */
export interface Features {
  readonly values: Float32Array;
  readonly batch: number;
  readonly positions: number;
  readonly channels: number;
}

export interface ChannelCost {
  add(student: Features, teacher: Features, labels: ArrayLike<number>): void;
  /** Rows: student channels; columns: teacher channels. */
  costs(): number[][];
}

const matrix = (rows: number, columns: number): Float64Array[] =>
  Array.from({ length: rows }, () => new Float64Array(columns));

/** Mean over positions of every channel: [batch, channels]. */
export function pooled({ values, batch, positions, channels }: Features): Float64Array {
  const means = new Float64Array(batch * channels);
  for (let n = 0; n < batch; n++)
    for (let position = 0; position < positions; position++)
      for (let c = 0; c < channels; c++)
        means[n * channels + c] =
          (means[n * channels + c] ?? 0) +
          (values[(n * positions + position) * channels + c] ?? NaN) / positions;
  return means;
}

/** 2 − 2⟨a, b⟩ of columns with unit length; a column of zeros stays one. */
function unitDistances(a: readonly Float64Array[], b: readonly Float64Array[]): number[][] {
  const unit = (column: Float64Array): Float64Array => {
    const length = Math.sqrt(column.reduce((sum, value) => sum + value ** 2, 0));
    return length > 0 ? column.map((value) => value / length) : column;
  };
  const others = b.map(unit);
  return a
    .map(unit)
    .map((own) =>
      others.map(
        (other) => 2 - 2 * own.reduce((sum, value, index) => sum + value * (other[index] ?? NaN), 0),
      ),
    );
}

/** Channels are alike when the classes excite them alike. */
export class ClassProfileCost implements ChannelCost {
  readonly #student: Float64Array[];
  readonly #teacher: Float64Array[];
  readonly #counts: Float64Array;

  constructor(studentChannels: number, teacherChannels: number, classes: number) {
    this.#student = matrix(studentChannels, classes);
    this.#teacher = matrix(teacherChannels, classes);
    this.#counts = new Float64Array(classes);
  }

  add(student: Features, teacher: Features, labels: ArrayLike<number>): void {
    const sums: readonly (readonly [Float64Array[], Float64Array, number])[] = [
      [this.#student, pooled(student), student.channels],
      [this.#teacher, pooled(teacher), teacher.channels],
    ];
    for (let n = 0; n < student.batch; n++) {
      const label = labels[n] ?? 0;
      this.#counts[label] = (this.#counts[label] ?? 0) + 1;
      for (const [profiles, means, channels] of sums)
        profiles.forEach((profile, c) => {
          profile[label] = (profile[label] ?? 0) + (means[n * channels + c] ?? NaN);
        });
    }
  }

  costs(): number[][] {
    const { student, teacher } = this.profiles();
    return unitDistances(student, teacher);
  }

  /** Mean activation by class, one row per channel. */
  profiles(): { readonly student: Float64Array[]; readonly teacher: Float64Array[] } {
    const means = (sums: readonly Float64Array[]): Float64Array[] =>
      sums.map((row) => row.map((sum, label) => sum / Math.max(1, this.#counts[label] ?? 0)));
    return { student: means(this.#student), teacher: means(this.#teacher) };
  }
}

/** The class that excites each channel most; of equal ones the first. */
export const favouriteClasses = (profiles: readonly Float64Array[]): number[] =>
  profiles.map((profile) => profile.indexOf(Math.max(...profile)));

/** 1 − Pearson's correlation over samples and positions. */
export class CorrelationCost implements ChannelCost {
  #count = 0;
  /** A channel's first value, from which its values are counted: one that never varies has a spread of exactly 0. */
  readonly #origins: readonly [Float64Array, Float64Array];
  readonly #sums: readonly [Float64Array, Float64Array];
  readonly #squares: readonly [Float64Array, Float64Array];
  readonly #products: Float64Array[];

  constructor(studentChannels: number, teacherChannels: number) {
    const pair = (): [Float64Array, Float64Array] => [
      new Float64Array(studentChannels),
      new Float64Array(teacherChannels),
    ];
    [this.#origins, this.#sums, this.#squares] = [pair(), pair(), pair()];
    this.#products = matrix(studentChannels, teacherChannels);
  }

  add(student: Features, teacher: Features): void {
    const rows = student.batch * student.positions;
    for (let row = 0; row < rows; row++) {
      const [own, other] = [this.#centred(0, student, row), this.#centred(1, teacher, row)];
      this.#count++;
      own.forEach((value, i) => {
        const products = this.#products[i];
        if (!products || value === 0) return;
        other.forEach((partner, j) => {
          products[j] = (products[j] ?? 0) + value * partner;
        });
      });
    }
  }

  /** A row counted from the origins, added to its side's sums. */
  #centred(side: 0 | 1, { values, channels }: Features, row: number): Float64Array {
    const [origins, sums, squares] = [this.#origins[side], this.#sums[side], this.#squares[side]];
    const own = Float64Array.from(values.subarray(row * channels, (row + 1) * channels));
    if (this.#count === 0) origins.set(own);
    own.forEach((value, c) => {
      const centred = value - (origins[c] ?? NaN);
      own[c] = centred;
      sums[c] = (sums[c] ?? 0) + centred;
      squares[c] = (squares[c] ?? 0) + centred ** 2;
    });
    return own;
  }

  costs(): number[][] {
    const n = this.#count;
    const spread = (side: 0 | 1, c: number): number =>
      Math.sqrt(Math.max(0, (this.#squares[side][c] ?? 0) - (this.#sums[side][c] ?? 0) ** 2 / n));
    return this.#products.map((row, i) =>
      Array.from(row, (product, j) => {
        const scale = spread(0, i) * spread(1, j);
        const together = product - ((this.#sums[0][i] ?? 0) * (this.#sums[1][j] ?? 0)) / n;
        return scale > 0 ? 1 - together / scale : 1;
      }),
    );
  }
}

/** Mean over samples of the squared distance of maps with unit length: the cost of Matching Guided Distillation. */
export class SpatialCost implements ChannelCost {
  #samples = 0;
  readonly #sums: Float64Array[];

  constructor(studentChannels: number, teacherChannels: number) {
    this.#sums = matrix(studentChannels, teacherChannels);
  }

  add(student: Features, teacher: Features): void {
    for (let n = 0; n < student.batch; n++) {
      const distances = unitDistances(channelMaps(student, n), channelMaps(teacher, n));
      distances.forEach((row, i) => {
        const sums = this.#sums[i];
        if (!sums) return;
        row.forEach((distance, j) => {
          sums[j] = (sums[j] ?? 0) + distance;
        });
      });
    }
    this.#samples += student.batch;
  }

  costs(): number[][] {
    return this.#sums.map((row) => Array.from(row, (sum) => sum / Math.max(1, this.#samples)));
  }
}

/** A sample's map of every channel. */
function channelMaps({ values, positions, channels }: Features, sample: number): Float64Array[] {
  return Array.from({ length: channels }, (_, c) =>
    Float64Array.from(
      { length: positions },
      (_unused, position) => values[(sample * positions + position) * channels + c] ?? NaN,
    ),
  );
}
