import type { Environment } from './environment.ts';
import { circle, rectangle, type Shape } from './scene.ts';

const [ROWS, COLUMNS, START, GOAL] = [4, 12, 36, 47];
/** Row and column of up, right, down, left. */
const MOVES = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const;

const CELL = 1 / COLUMNS;
const cell = (state: number, tone: Shape['tone']): Shape =>
  rectangle(
    (state % COLUMNS) * CELL + 0.002,
    Math.floor(state / COLUMNS) * CELL + 0.002,
    CELL - 0.004,
    CELL - 0.004,
    tone,
  );
const isCliff = (state: number): boolean => state > START && state < GOAL;

/** CliffWalking-v1. State: the cell, row by row; seen as one number of 48 that is 1. The cliff costs 100 and leads back to the start. */
export const cliffWalking: Environment = {
  reset: () => [START],
  step: ([at = START], [action = 0]) => {
    const [down, right] = MOVES[action] ?? [0, 0];
    const row = Math.min(ROWS - 1, Math.max(0, Math.floor(at / COLUMNS) + down));
    const column = Math.min(COLUMNS - 1, Math.max(0, (at % COLUMNS) + right));
    const next = row * COLUMNS + column;
    if (isCliff(next)) return { state: [START], reward: -100, terminated: false };
    return { state: [next], reward: -1, terminated: next === GOAL };
  },
  observe: ([at = START]) => Array.from({ length: ROWS * COLUMNS }, (_, index) => Number(index === at)),
  scene: {
    height: ROWS * CELL,
    secondsPerStep: null,
    background: Array.from({ length: ROWS * COLUMNS }, (_, state) =>
      isCliff(state) ? [cell(state, 'alarm')] : state === GOAL ? [cell(state, 'foreground')] : [],
    ).flat(),
    render: ([at = START]) => [
      circle(((at % COLUMNS) + 0.5) * CELL, (Math.floor(at / COLUMNS) + 0.5) * CELL, 0.3 * CELL, 'accent'),
    ],
  },
};
