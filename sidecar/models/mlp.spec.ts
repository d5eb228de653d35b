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
    activation: z
      .enum(['relu', 'tanh'])
      .default('relu')
      .meta({
        description: 'What follows each hidden layer.',
        values: { relu: 'max(x, 0)', tanh: 'smooth and bounded, usual for policies' },
      }),
  })
  .meta({
    title: 'Multi-layer perceptron',
    description: 'Dense layers; for tests, small data, and policies.',
  });

const hidden = (units: readonly number[], activation: MlpOptions['activation']): Layer[] =>
  units.flatMap((width): Layer[] => [{ kind: 'dense', units: width }, { kind: activation }]);

type MlpOptions = z.infer<typeof mlpOptions>;

/** @param options without an activation: ReLU */
export function mlp(
  options: Omit<MlpOptions, 'activation'> & Partial<Pick<MlpOptions, 'activation'>>,
  input: Shape,
  classes: number,
): Backbone {
  const { activation = 'relu' } = options;
  const flatten: Layer[] = input.length > 1 ? [{ kind: 'flatten' }] : [];
  return {
    family: 'mlp',
    trunk: [{ name: 'hidden', layers: [...flatten, ...hidden(options.trunk, activation)] }],
    tail: [{ name: 'hidden', layers: hidden(options.branch, activation) }],
    head: { name: 'head', layers: [{ kind: 'dense', units: classes }] },
  };
}
