/** What is known of a data set without opening it. */
export interface DatasetFacts {
  /** Shape of one sample: [height, width, channels] or [features]. */
  readonly shape: readonly number[];
  readonly classes: number;
  /** Training samples before a validation split is taken. */
  readonly train: number;
  readonly test: number;
  /** Nobody has looked yet: classes and samples are a guess, for estimates. */
  readonly guessed?: boolean;
}
