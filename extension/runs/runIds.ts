/**
 * The runs that a command's arguments name. From the page: their ids. From a tree with several selected: the item that was
 * clicked, and all selected ones.
 */
export function runIdsIn([first, second]: readonly unknown[]): string[] {
  const all = Array.isArray(second) ? (second as readonly unknown[]) : [first, second];
  return all.flatMap((each) => {
    if (typeof each === 'string') return [each];
    if (typeof each === 'object' && each !== null && 'run' in each && typeof each.run === 'string')
      return [each.run];
    return [];
  });
}
