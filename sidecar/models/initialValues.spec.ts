import type { Layer } from './spec.ts';

/** How a parameter is drawn. Linear and convolution rules: dkel.md §2.3. */
export type Initializer =
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly limit: number }
  | { readonly kind: 'constant'; readonly value: number };

export const constant = (value: number): Initializer => ({ kind: 'constant', value });

/** He's normal. @param fan inputs or outputs of a kernel, times its area */
export const he = (fan: number): Initializer => ({ kind: 'normal', deviation: Math.sqrt(2 / fan) });

export function denseStart(
  { start }: Layer & { kind: 'dense' },
  features: number,
): { readonly kernel: Initializer; readonly bias: Initializer } {
  const uniform: Initializer = { kind: 'uniform', limit: 1 / Math.sqrt(features) };
  if (start === 'smallNormal') return { kernel: { kind: 'normal', deviation: 0.01 }, bias: constant(0) };
  return { kernel: uniform, bias: start === 'zeroBias' ? constant(0) : uniform };
}
