import type { RunsModel } from './runsModel.ts';

/**
 * The runs that a command's arguments name. From the page: their ids, in its order. From a tree with several selected: the
 * item that was clicked, and all selected ones; the oldest first, whichever way the tree is sorted.
 */
export function runIdsIn(model: RunsModel, [first, second]: readonly unknown[]): string[] {
  if (!Array.isArray(second))
    return [first, second].filter((each) => typeof each === 'string').concat(idsOf([first]));
  const selected = new Set(idsOf(second));
  return model.runs.map(({ record }) => record.id).filter((id) => selected.has(id));
}

const idsOf = (items: readonly unknown[]): string[] =>
  items.flatMap((item) =>
    typeof item === 'object' && item !== null && 'run' in item && typeof item.run === 'string'
      ? [item.run]
      : [],
  );
