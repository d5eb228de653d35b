/**
 * Samples as they are stored: raw values, one after the other, and their class labels. Large ones lie in shared memory, so that
 * the data worker reads the same.
 */
export interface Split {
  readonly values: Uint8Array | Float32Array;
  readonly labels: Uint8Array | Int32Array;
}

/** An opened data set. */
export interface Dataset {
  /** [height, width, channels] or [features]. */
  readonly shape: readonly number[];
  readonly classes: number;
  /** In order of their index. */
  readonly classNames: readonly string[];
  /** Raw values are multiplied by this before normalisation: 1/255 for bytes. */
  readonly scale: number;
  /** Per channel, after scaling. */
  readonly mean: readonly number[];
  /** Per channel, after scaling. */
  readonly deviation: readonly number[];
  readonly train: Split;
  readonly test: Split;
  /** SHA-256 over the stored samples and labels, hexadecimal. */
  readonly digest: string;
}
