import { z } from 'zod';
import type { Backbone, Layer, Shape } from './spec.ts';

const widths = z.array(z.number().int().min(1).max(8192)).max(8);

export const mlpOptions = z
  .strictObject({
    name: z.literal('mlp'),
    trunk: widths
      .default([64])
      .meta({ description: 'Widths of the hidden layers that peers share.', unit: 'units' }),
    branch: widths
      .default([32])
      .meta({ description: 'Widths of the hidden layers that each peer has alone.', unit: 'units' }),
  })
  .meta({
    title: 'Multi-layer perceptron',
    description: 'Dense layers with ReLU; for tests and small data.',
  });

const hidden = (units: readonly number[]): Layer[] =>
  units.flatMap((width): Layer[] => [{ kind: 'dense', units: width }, { kind: 'relu' }]);

export function mlp(options: z.infer<typeof mlpOptions>, input: Shape, classes: number): Backbone {
  const flatten: Layer[] = input.length > 1 ? [{ kind: 'flatten' }] : [];
  return {
    family: 'mlp',
    trunk: [{ name: 'hidden', layers: [...flatten, ...hidden(options.trunk)] }],
    tail: [{ name: 'hidden', layers: hidden(options.branch) }],
    head: { name: 'head', layers: [{ kind: 'dense', units: classes }] },
  };
}
