import type { Complaint } from './findings.ts';
import { estimateOf } from './estimate.ts';
import { ineffectivePaths } from './ineffective.ts';
import { isEvaluated, type StagePlan } from './plan.ts';
import { valueAt } from './records.ts';
import type { Rule } from './rules.ts';

/** Base rates above which training usually diverges; one that is meant can stay, these are doubts. */
const LARGEST_RATE = { sgd: 1, adam: 0.01, adamw: 0.01 } as const;

/** Where a stage's own value stands, or else the experiment's. */
const decidedAt = (written: unknown, stage: StagePlan, key: 'optimizer' | 'schedule'): string[] =>
  valueAt(written, ['stages', stage.name, key]) === undefined ? [key] : ['stages', stage.name, key];

const rates: Rule = (_experiment, { stages }, written) => {
  const found = new Map<string, Complaint>();
  for (const stage of stages) {
    const { name, learningRate } = stage.optimizer;
    if (stage.steps === 0 || learningRate <= LARGEST_RATE[name]) continue;
    const path = [...decidedAt(written, stage, 'optimizer'), 'learningRate'];
    found.set(path.join('.'), {
      code: 'learningRateLarge',
      path,
      message: `A learning rate of ${learningRate} is unusually large for ${name}.`,
      expected: `≤ ${LARGEST_RATE[name]}`,
      got: learningRate,
      proposals: [{ path, value: LARGEST_RATE[name] / 10 }],
    });
  }
  return [...found.values()];
};

const warmups: Rule = (_experiment, { stages }, written) => {
  const found = new Map<string, Complaint>();
  for (const stage of stages) {
    const { warmupEpochs } = stage.schedule;
    if (warmupEpochs === 0 || stage.steps === 0 || warmupEpochs < stage.epochs) continue;
    const path = [...decidedAt(written, stage, 'schedule'), 'warmupEpochs'];
    found.set(path.join('.'), {
      code: 'warmupTooLong',
      path,
      message: `The rate warms up for ${warmupEpochs} epochs, but the stage ${stage.name} has ${round(stage.epochs)}.`,
      expected: `< ${round(stage.epochs)}`,
      got: warmupEpochs,
      proposals: [
        { path, value: round(stage.epochs / 20) },
        { path, value: 0 },
      ],
    });
  }
  return [...found.values()];
};

const round = (value: number): number => Number(value.toPrecision(3));

const validation: Rule = ({ training }, { environment }) =>
  training.validation === 1 && !environment
    ? [
        {
          code: 'oneSampleValidation',
          path: ['training', 'validation'],
          message: 'A validation of 1 is one sample, not all of them.',
          expected: 'a share below 1, such as 0.1, or a count of at least a hundred',
          got: 1,
          proposals: [{ path: ['training', 'validation'], value: 0.1 }],
        },
      ]
    : [];

const intervals: Rule = (experiment, plan) => {
  const { checkpoints, evaluation } = experiment;
  const { stages, totalSteps, data } = plan;
  if (data.guessed === true) return [];
  const found: Complaint[] = [];
  if (totalSteps > 0 && checkpoints.every >= totalSteps)
    found.push({
      code: 'checkpointAfterEnd',
      path: ['checkpoints', 'every'],
      message: `checkpoints.every is ${checkpoints.every}, but the run ends at step ${totalSteps}: it has no checkpoint but the last, and killed, it begins anew.`,
      expected: `< ${totalSteps}`,
      got: checkpoints.every,
      proposals: totalSteps > 1 ? [{ path: ['checkpoints', 'every'], value: Math.ceil(totalSteps / 5) }] : [],
    });
  const main = stages.at(-1);
  if (
    main &&
    isEvaluated(experiment, plan) &&
    main.steps > 0 &&
    evaluation.every >= main.epochs &&
    evaluation.every > 1
  )
    found.push({
      code: 'evaluatedOnce',
      path: ['evaluation', 'every'],
      message: `The stage ${main.name} has ${round(main.epochs)} epochs, so it is evaluated once, at its end: there is nothing to choose the best from.`,
      expected: `< ${round(main.epochs)}`,
      got: evaluation.every,
      proposals: [{ path: ['evaluation', 'every'], value: Math.max(1, Math.floor(main.epochs / 10)) }],
    });
  return found;
};

const teacher: Rule = (experiment, plan) => {
  if (!plan.models.has('teacher') || !plan.models.has('student')) return [];
  const models = estimateOf(experiment, plan)?.models;
  const [large, small] = [models?.get('teacher'), models?.get('student')];
  if (large === undefined || small === undefined || large >= small) return [];
  return [
    {
      code: 'teacherSmaller',
      path: ['models', 'teacher' in experiment.models ? 'teacher' : 'default'],
      message: `The teacher has ${large} parameters, fewer than the student's ${small}.`,
      expected: 'a teacher at least as large as the student',
      got: plan.models.get('teacher')?.name,
    },
  ];
};

const effects: Rule = (experiment, plan, written) =>
  ineffectivePaths(experiment, plan).flatMap(({ path, reason }): Complaint[] => {
    const segments = path.split('.');
    const value = valueAt(written, segments);
    // What is switched off says the same as the reason.
    if (value === undefined || value === null || value === false) return [];
    return [
      {
        code: 'noEffect',
        path: segments,
        atKey: true,
        message: `${path} changes nothing: ${reason}.`,
        expected: '',
        got: value,
        proposals: [{ path: segments, value: undefined }],
      },
    ];
  });

/** Rules that doubt what could be run. */
export const DOUBTS: readonly Rule[] = [rates, warmups, validation, intervals, teacher, effects];
