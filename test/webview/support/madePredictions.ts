import { encode } from 'fast-png';
import type { Predictions } from '../../../sidecar/protocol/predictions.ts';

const png = btoa(
  String.fromCharCode(...encode({ width: 2, height: 2, data: Uint8Array.of(0, 80, 160, 255), channels: 1 })),
);

/** Two roles that agree about one of two images. */
export const madePredictions: Predictions = {
  version: 1,
  step: 100,
  split: 'validation',
  classes: ['cat', 'dog', 'owl'],
  samples: 30,
  confusion: {
    peer1: [
      [0, 0, 9],
      [0, 1, 1],
      [1, 1, 10],
      [2, 0, 4],
      [2, 2, 6],
    ],
    ensemble: [
      [0, 0, 10],
      [1, 1, 10],
      [2, 2, 10],
    ],
  },
  images: [
    {
      sample: 3,
      label: 1,
      png,
      chosen: 'first',
      answers: { peer1: { class: 1, probability: 0.9 }, ensemble: { class: 1, probability: 0.99 } },
    },
    {
      sample: 7,
      label: 2,
      png,
      chosen: 'disagreement',
      answers: { peer1: { class: 0, probability: 0.6 }, ensemble: { class: 2, probability: 0.7 } },
    },
  ],
};
