/** The probability with which the student keeps a block of its own (iakd.md §4). */

export interface KeepSchedule {
  readonly schedule: 'uniform' | 'linear' | 'review';
  readonly p0: number;
  readonly pStart: number;
  readonly pEnd: number;
}

const between = (from: number, to: number, position: number, last: number): number =>
  last <= 0 ? to : from + (to - from) * Math.min(1, position / last);

/**
 * @param epoch 0-based @param epochs of the stage
 * @param boundaries epochs at which a phase of `review` begins anew, in any order
 */
export function keepProbability(
  { schedule, p0, pStart, pEnd }: KeepSchedule,
  epoch: number,
  epochs: number,
  boundaries: readonly number[],
): number {
  switch (schedule) {
    case 'uniform':
      return p0;
    case 'linear':
      return between(pStart, pEnd, epoch, epochs - 1);
    case 'review': {
      const start = Math.max(0, ...boundaries.filter((boundary) => boundary <= epoch));
      // Milestones of a longer run end no phase of this one.
      const end = Math.min(epochs, ...boundaries.filter((boundary) => boundary > epoch));
      return between(pStart, pEnd, epoch - start, end - 1 - start);
    }
  }
}
