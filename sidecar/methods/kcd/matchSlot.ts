import type { SavedSlot, Slot } from '../training.ts';
import type { ChannelMap } from './channelMap.ts';
import type { Match } from './matching.ts';

const FIGURES = ['cost', 'identityCost', 'agreement', 'agreementBefore'] as const;

/** The matches of all compared stages as named arrays, so that a resumed run goes on with the very same ones. */
export function matchSlot(matches: Map<string, Match>): Slot {
  return {
    save: () => Object.fromEntries([...matches].flatMap(([stage, match]) => encoded(stage, match))),
    restore: (saved) => {
      matches.clear();
      for (const key of Object.keys(saved)) {
        const stage = /^(?<stage>.+)\/figures$/u.exec(key)?.groups?.['stage'];
        if (stage !== undefined) matches.set(stage, decoded(stage, saved));
      }
    },
  };
}

function encoded(stage: string, match: Match): [string, Float64Array | Int32Array][] {
  const figures = Float64Array.from(FIGURES, (figure) => match[figure]);
  const { map } = match;
  if (map.kind === 'linear') {
    const values = Float64Array.from(map.matrix.flat());
    return [
      [`${stage}/figures`, figures],
      [`${stage}/matrix`, values],
      [`${stage}/columns`, Int32Array.of(map.matrix[0]?.length ?? 0)],
    ];
  }
  return [
    [`${stage}/figures`, figures],
    [`${stage}/teacher`, Int32Array.from(map.teacher.flat())],
    [`${stage}/copies`, Int32Array.of(map.teacher[0]?.length ?? 1)],
    ...(map.student ? [[`${stage}/student`, Int32Array.from(map.student)] as [string, Int32Array]] : []),
  ];
}

function decoded(stage: string, saved: SavedSlot): Match {
  const list = (name: string): number[] | null => {
    const found = saved[`${stage}/${name}`];
    return found === undefined || typeof found === 'number' ? null : [...found];
  };
  const rows = (values: number[], width: number): number[][] =>
    Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
  const [matrix, teacher] = [list('matrix'), list('teacher')];
  const map: ChannelMap = matrix
    ? { kind: 'linear', matrix: rows(matrix, list('columns')?.[0] ?? 1) }
    : { kind: 'selection', student: list('student'), teacher: rows(teacher ?? [], list('copies')?.[0] ?? 1) };
  const [cost = NaN, identityCost = NaN, agreement = NaN, agreementBefore = NaN] = list('figures') ?? [];
  return { map, cost, identityCost, agreement, agreementBefore };
}
