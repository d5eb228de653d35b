/** Which teacher checkpoint supervises a student at an epoch (supervision-complexity.md §3.1). */
export type Supervision = 'online' | 'offline' | 'reverse' | 'shuffled' | 'none';

/**
 * @param epoch 0-based, of the student @param period epochs between checkpoints
 * @param last number of the last checkpoint; 0 is the untrained teacher
 * @param order of the checkpoints for `shuffled`: a permutation of 0 … last
 */
export function checkpointAt(
  supervision: Exclude<Supervision, 'none'>,
  mapping: 'leading' | 'lagged',
  epoch: number,
  period: number,
  last: number,
  order: ArrayLike<number>,
): number {
  const passed = Math.floor(epoch / period);
  const index = Math.min(last, mapping === 'leading' ? passed + 1 : passed);
  switch (supervision) {
    case 'offline':
      return last;
    case 'online':
      return index;
    case 'reverse':
      return last - Math.min(last, passed);
    case 'shuffled':
      return order[index] ?? last;
  }
}
