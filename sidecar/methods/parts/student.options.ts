import { z } from 'zod';
import type { PaperFact } from '../declaration.ts';
import { temperature, weight } from './common.options.ts';

/** How a student is trained on a frozen teacher: γ·CE + α·T²·KL(teacher ‖ student). */
export const studentOptions = (
  defaults: { readonly labels: number; readonly teacher: number; readonly temperature: number },
  facts: (value: unknown) => readonly PaperFact[],
) =>
  z
    .strictObject({
      labels: weight(defaults.labels, 'γ, the weight of the labels.', facts(defaults.labels), ['gamma']),
      teacher: weight(defaults.teacher, 'α, the weight of KD to the teacher.', facts(defaults.teacher), [
        'alpha',
      ]),
      temperature: temperature(defaults.temperature, facts(defaults.temperature)),
    })
    .prefault({})
    .meta({ description: 'The student’s own stage: γ·CE + α·KD to the frozen teacher.' });
