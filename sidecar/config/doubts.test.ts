import { describe, expect, it } from 'vitest';
import { parseData } from './check.ts';
import { DOUBTS } from './doubts.ts';
import type { Plan } from './plan.ts';

/** Doubts about a method that reads a teacher and a student, which none does yet. */
function doubtsWith(models: Record<string, { name: string }>): string[] {
  const parsed = parseData({ dataset: { name: 'mnist' }, models, method: { name: 'vanilla' } });
  if (!parsed) throw new Error('not accepted');
  const { experiment, plan } = parsed;
  const read = ['teacher', 'student'] as const;
  const both: Plan = {
    ...plan,
    models: new Map(read.map((name) => [name, experiment.models[name] ?? experiment.models['default']])),
  };
  return DOUBTS.flatMap((rule) => rule(experiment, both, {})).map(
    ({ code, path }) => `${code} at ${path.join('.')}`,
  );
}

describe('a teacher', () => {
  it('is doubted when it is smaller than the student', () => {
    expect(doubtsWith({ teacher: { name: 'resnet8' }, student: { name: 'resnet20' } })).toEqual([
      'teacherSmaller at models.teacher',
    ]);
    expect(doubtsWith({ default: { name: 'resnet8' }, student: { name: 'resnet20' } })).toEqual([
      'teacherSmaller at models.default',
    ]);
  });

  it('may be larger, or as large', () => {
    expect(doubtsWith({ teacher: { name: 'resnet20' }, student: { name: 'resnet8' } })).toEqual([]);
    expect(doubtsWith({ default: { name: 'resnet8' } })).toEqual([]);
  });
});
