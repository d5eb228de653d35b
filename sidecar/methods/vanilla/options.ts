import { z } from 'zod';
import type { MethodDeclaration } from '../declaration.ts';

export const vanillaOptions = z.strictObject({ name: z.literal('vanilla') }).meta({
  title: 'Vanilla',
  description: 'Each network alone on cross-entropy: the control of every comparison.',
});

export type VanillaOptions = z.infer<typeof vanillaOptions>;

export const vanilla: MethodDeclaration<VanillaOptions> = {
  name: 'vanilla',
  title: 'Vanilla',
  citation: 'Plain supervised training; no distillation.',
  basis: { certainty: 'published', note: 'Cross-entropy alone.' },
  options: vanillaOptions,
  presets: {},
  stages: [{ name: 'training', title: 'training', defaults: () => ({}) }],
  models: 'any',
  roles: (_options, modelNames) => modelNames.map((id) => ({ id, kind: 'student' as const })),
  series: [],
  headline: () => ({ series: 'validation/best/top1', unit: '%', better: 'higher' }),
};
