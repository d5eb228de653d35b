import type { NetworkSpec } from '../../models/spec.ts';

/** Two projections of a peer's features, without bias, to an eighth of their length. */
export const attentionSpec = (features: number): NetworkSpec => {
  const units = Math.max(1, Math.floor(features / 8));
  return {
    family: 'attention',
    input: [features],
    trunk: [],
    branches: ['query', 'key'].map((name) => ({
      name,
      blocks: [],
      head: { name: 'head', layers: [{ kind: 'dense', units, bias: false }] },
    })),
    joins: [],
  };
};
