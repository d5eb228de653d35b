import { emaMemory } from '../../schedules/emaWarmup.ts';
import type { Doubt, Hint, IneffectiveOption } from '../declaration.ts';
import { distillationWeight, ensembleWeight, rampLength, type DkelOptions } from './schema.options.ts';

/** The most that the assembled target ever weighs. */
function assembledPeak(options: DkelOptions, epochs: number): number {
  let peak = 0;
  for (let epoch = 0; epoch < epochs; epoch++)
    peak = Math.max(peak, ensembleWeight(options, epoch) * distillationWeight(options, epoch, epochs));
  return peak;
}

const lambdaGone = (options: DkelOptions, epochs: number): boolean =>
  options.ensembleWeight === 'decay' &&
  options.rampAppliesTo !== 'pe' &&
  assembledPeak(options, epochs) < 0.1 * options.omegaMax;

export function doubts(options: DkelOptions, run: { epochs: number; steps: number }): Doubt[] {
  const found: Doubt[] = [];
  const peak = assembledPeak(options, run.epochs);
  if (lambdaGone(options, run.epochs))
    found.push({
      code: 'lambdaGoneBeforeOmega',
      path: ['decayRate'],
      message: `λ has faded before ω has risen: the assembled teacher target never weighs more than ${((100 * peak) / options.omegaMax).toPrecision(2)} % of ω_max.`,
      expected: 'a smaller decayRate, a shorter rampEpochs, or rampAppliesTo: pe',
      proposals: [
        ...[0.2, 0.1, 0.05, 0.02, 0.01, 0.005]
          .filter((decayRate) => !lambdaGone({ ...options, decayRate }, run.epochs))
          .slice(0, 1)
          .map((value) => ({ path: ['decayRate'], value })),
        { path: ['rampAppliesTo'], value: 'pe' },
      ],
    });
  const beta = Number((1 - 1 / Math.max(2, run.steps / 5)).toPrecision(3));
  if (emaMemory(options.ema.beta) > run.steps)
    found.push({
      code: 'emaMemoryTooLong',
      path: ['ema', 'beta'],
      message: `The teacher's average remembers ${emaMemory(options.ema.beta).toFixed(0)} steps but the stage has ${run.steps}: it still holds the start when the run ends.`,
      expected: `β ≤ ${beta} (a memory of a fifth of the stage)`,
      proposals: [{ path: ['ema', 'beta'], value: beta }],
    });
  if (options.selection === 'testMax')
    found.push({
      code: 'testSelection',
      path: ['selection'],
      message: 'The best epoch is chosen on the test split, so the reported accuracy is optimistic.',
      expected: 'selection: validation, unless the released protocol is to be reproduced',
      proposals: [{ path: ['selection'], value: 'validation' }],
    });
  return found;
}

/** What cannot matter, whatever its value; equal values of different causes are told once, by the first. */
export function ineffective(options: DkelOptions): IneffectiveOption[] {
  const reasons: [keys: (keyof DkelOptions)[], when: boolean, reason: string][] = [
    [
      [
        'rampShape',
        'rampEpochs',
        'rampAppliesTo',
        'ensembleWeight',
        'decayRate',
        'decayCutoff',
        'temperature',
      ],
      options.omegaMax === 0,
      'omegaMax is 0: nothing is distilled',
    ],
    [['rampEpochs', 'rampAppliesTo'], options.rampShape === 'none', 'rampShape is none'],
    [
      ['ensembleWeight', 'decayRate', 'decayCutoff'],
      options.peers === 2,
      'with two peers there is one other teacher: alone and assembled are the same',
    ],
    [
      ['decayRate', 'decayCutoff'],
      options.ensembleWeight !== 'decay',
      `ensembleWeight is ${options.ensembleWeight}`,
    ],
    [['decayCutoff'], options.decayRate === 0, 'decayRate is 0: λ stays 1'],
    [['initOffByOne'], options.teacherInit === 'none', 'teacherInit is none: there are no initial steps'],
  ];
  const found = new Map<string, IneffectiveOption>();
  for (const [keys, when, reason] of reasons)
    for (const key of when ? keys : []) if (!found.has(key)) found.set(key, { path: [key], reason });
  if (options.ema.beta === 0)
    found.set('ema.warmup', { path: ['ema', 'warmup'], reason: 'ema.beta is 0: the teacher is the student' });
  return [...found.values()];
}

/** Epochs after which ω has risen and λ is gone, and how far back the teacher remembers. */
export function hints(options: DkelOptions, run: { epochs: number; steps: number }): Hint[] {
  const found: Hint[] = [];
  const within = (epoch: number): string =>
    epoch > run.epochs ? `epoch ${epoch}, after the end` : `epoch ${epoch}`;
  if (options.omegaMax > 0) {
    // The released ramp jumps behind A.
    const rise = Math.floor(rampLength(options, run.epochs)) + 1;
    const peak =
      options.rampShape === 'none'
        ? 0
        : distillationWeight(options, rise - 1, run.epochs) >= options.omegaMax
          ? rise - 1
          : rise;
    found.push({
      paths: [['rampEpochs'], ['rampShape'], ['omegaMax']],
      text: `ω = ${options.omegaMax} from ${within(peak)}`,
      explanation: 'The first epoch of the distillation stage at which ω has reached omegaMax.',
    });
  }
  if (options.ensembleWeight === 'decay' && options.peers > 2) {
    const { decayRate, decayCutoff } = options;
    const ends = decayRate > 0 && decayCutoff > 0;
    let epoch = ends ? Math.max(0, Math.floor(-Math.log(decayCutoff) / decayRate)) : 0;
    if (ends) while (ensembleWeight(options, epoch) > 0) epoch++;
    found.push({
      paths: [['decayRate'], ['decayCutoff'], ['ensembleWeight']],
      text: ends ? `λ = 0 from ${within(epoch)}` : 'λ never becomes 0',
      explanation: 'The first epoch of the distillation stage without the assembled teacher target.',
    });
  }
  found.push({
    paths: [['ema', 'beta'], ['ema']],
    text: `remembers ${Number(emaMemory(options.ema.beta).toPrecision(3))} of ${run.steps} steps`,
    explanation: 'Steps after which a weight of the teacher’s average has fallen to 1/e: 1/(1−β).',
  });
  return found;
}
