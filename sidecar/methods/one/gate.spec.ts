import type { NetworkSpec, Shape } from '../../models/spec.ts';

/** Trunk features, averaged over space → dense → batch norm → ReLU; a softmax over branches follows. */
export const gateSpec = (trunk: Shape, branches: number): NetworkSpec => ({
  family: 'gate',
  input: trunk,
  trunk: trunk.length > 1 ? [{ name: 'pool', layers: [{ kind: 'globalAveragePool' }] }] : [],
  branches: [
    {
      name: 'main',
      blocks: [],
      head: {
        name: 'head',
        layers: [{ kind: 'dense', units: branches }, { kind: 'batchNorm' }, { kind: 'relu' }],
      },
    },
  ],
  joins: [],
});
