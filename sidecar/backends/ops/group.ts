/** @throws RangeError if the lists of an optimiser group differ in length */
export function requireSameLength(operation: string, ...lists: readonly (readonly unknown[])[]): void {
  const lengths = lists.map((list) => list.length);
  if (new Set(lengths).size > 1) {
    throw new RangeError(
      `${operation}: parameters, gradients and slots differ in number (${lengths.join(', ')})`,
    );
  }
}
