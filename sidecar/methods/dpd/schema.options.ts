import { z } from 'zod';
import type { PaperFact } from '../declaration.ts';

export const published = (value: unknown, what = 'DPD, paper'): PaperFact => ({
  value,
  certainty: 'published',
  source: what,
});
export const released = (value: unknown, what = 'DPD, code'): PaperFact => ({
  value,
  certainty: 'releasedCode',
  source: what,
});
export const inferred = (value: unknown, what: string): PaperFact => ({
  value,
  certainty: 'inferred',
  source: what,
});

const noiseOptions = z
  .discriminatedUnion('name', [
    z
      .strictObject({
        name: z.literal('gaussian'),
        deviation: z
          .number()
          .min(0)
          .max(2)
          .default(0.1)
          .meta({
            description: 'Standard deviation, in units of the largest action.',
            paper: [inferred(0.1, 'RL Zoo, Pendulum')],
          }),
      })
      .meta({ title: 'Gaussian', description: 'independent from step to step' }),
    z
      .strictObject({
        name: z.literal('ou'),
        deviation: z
          .number()
          .min(0)
          .max(2)
          .default(0.2)
          .meta({
            description: 'σ, in units of the largest action.',
            paper: [released(0.2)],
          }),
        theta: z
          .number()
          .min(0)
          .max(10)
          .default(0.15)
          .meta({
            description: 'How fast it returns to 0.',
            paper: [released(0.15)],
          }),
        interval: z
          .number()
          .positive()
          .max(1)
          .default(0.01)
          .meta({
            description: 'dt of a step.',
            unit: 's',
            paper: [released(0.01)],
          }),
      })
      .meta({ title: 'Ornstein–Uhlenbeck', description: 'wanders, and returns to 0' }),
  ])
  .meta({
    title: 'Noise',
    description: 'What exploration adds to actions.',
    paper: [released('parameter noise', 'DPD, code: adaptive, on the weights; not available here')],
  });

const ddpgOptions = z
  .strictObject({
    name: z.literal('ddpg'),
    tau: z
      .number()
      .positive()
      .max(1)
      .default(0.005)
      .meta({
        description: 'Share of the online networks in each update of the target networks.',
        paper: [released(0.01)],
        alsoCalled: ['polyak'],
      }),
    actorRate: z
      .number()
      .positive()
      .max(100)
      .default(1)
      .meta({
        description: 'Learning rate of actors, in units of the learning rate, which is that of critics.',
        related: ['optimizer.learningRate'],
        paper: [released(0.1, 'DPD, code: 1e-4 of 1e-3')],
      }),
    criticDecay: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .meta({
        description: 'Half of this times the squared kernels is added to the loss of critics.',
        paper: [released(0.01, 'DPD, code: on all three layers, though it means to leave out the last')],
      }),
    noise: noiseOptions.prefault({ name: 'gaussian' }),
    warmup: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(1000)
      .meta({
        description: 'Steps of random actions before anything is learnt.',
        unit: 'steps',
        paper: [inferred(1000, 'our own reference run')],
      }),
    replay: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(100_000)
      .meta({
        description: 'Transitions that are remembered.',
        unit: 'transitions',
        paper: [published(1_000_000)],
        alsoCalled: ['bufferSize'],
      }),
    ownValue: z
      .enum(['ownAction', 'peerAction'])
      .default('ownAction')
      .meta({
        description: 'At which action the own critic values a state.',
        values: {
          ownAction: 'its own, so that two policies are compared',
          peerAction: 'the peer’s, so that two critics are compared on one action',
        },
        paper: [inferred('ownAction', 'DPD, the literal reading'), released('peerAction')],
      }),
  })
  .meta({
    title: 'DDPG',
    description: 'A deterministic policy along the gradient of its critic; for continuous actions.',
  });

const clipped = {
  horizon: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(32)
    .meta({
      description: 'Steps in each environment between updates.',
      unit: 'steps',
      paper: [released(2048, 'DPD, code: in one environment')],
      alsoCalled: ['nSteps'],
    }),
  environments: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(8)
    .meta({
      description: 'Copies that a learner acts in at once.',
      unit: 'environments',
      paper: [released(1)],
      alsoCalled: ['numEnvs', 'nEnvs'],
    }),
  epochs: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .meta({
      description: 'Passes over what was experienced, in batches of training.batchSize.',
      unit: 'passes',
      related: ['training.batchSize'],
      paper: [released(10)],
    }),
  lambda: z
    .number()
    .min(0)
    .max(1)
    .default(0.95)
    .meta({
      description: 'λ of the generalised advantage estimates.',
      paper: [released(0.95)],
      alsoCalled: ['gaeLambda'],
    }),
  clip: z
    .number()
    .positive()
    .max(1)
    .default(0.2)
    .meta({
      description: 'How far the ratio of new to old probabilities may count.',
      paper: [released(0.2)],
      alsoCalled: ['clipRange'],
    }),
  clipValues: z
    .boolean()
    .default(true)
    .meta({
      description: 'Values, too, may move by `clip` only.',
      paper: [released(true)],
    }),
  valueWeight: z
    .number()
    .min(0)
    .max(100)
    .default(0.5)
    .meta({
      description: 'Weight of the loss of values.',
      paper: [released(0.5)],
    }),
  entropyWeight: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .meta({
      description: 'Weight of the entropy of the policy, which is wished for.',
      paper: [released(0)],
    }),
  gradientNorm: z
    .number()
    .positive()
    .max(1e6)
    .default(0.5)
    .meta({
      description: 'Longer gradients are shortened to this.',
      paper: [released(0.5)],
      alsoCalled: ['maxGradNorm'],
    }),
} as const;

const ppoOptions = z
  .strictObject({
    name: z.literal('ppo'),
    ...clipped,
    normaliseObservations: z
      .boolean()
      .default(false)
      .meta({
        description: 'Networks see observations by their running mean and deviation; exported with them.',
        paper: [released(true, 'DPD, code: and clipped at ±10')],
      }),
  })
  .meta({
    title: 'PPO',
    description: 'A policy of probabilities, moved no further than a clip; for all actions.',
  });

const tabularOptions = z.strictObject({ name: z.literal('tabular'), ...clipped }).meta({
  title: 'Tabular',
  description: 'As PPO, with a table of preferences and one of values; where states can be counted.',
});

export const dpdOptions = z
  .strictObject({
    name: z.literal('dpd'),
    preset: z
      .enum(['dpd', 'dpd-released'])
      .default('dpd')
      .meta({
        description: 'A set of values that stand under those written here.',
        values: {
          dpd: 'the defaults',
          'dpd-released': 'what the released code does in distilling, where it departs from the paper',
        },
      }),
    algorithm: z
      .discriminatedUnion('name', [ddpgOptions, ppoOptions, tabularOptions])
      .prefault({ name: 'ddpg' })
      .meta({ title: 'Algorithm', description: 'By which both learners learn from their own experience.' }),
    mode: z
      .enum(['soft', 'hard', 'uniform', 'none'])
      .default('soft')
      .meta({
        description: 'How states weigh in distillation, by the peer’s advantage ξ = V_peer − V_own.',
        values: {
          soft: 'exp(α ξ)',
          hard: '1 where ξ > 0, else 0',
          uniform: 'all the same',
          none: 'no distillation: two learners that know nothing of each other',
        },
        paper: [published('soft')],
      }),
    alpha: z
      .number()
      .min(0)
      .max(10)
      .default(0.75)
      .meta({
        description: 'α: how much the value estimates are trusted.',
        related: ['method.mode', 'method.xiScaling'],
        paper: [published('chosen per task from 0.1 to 10'), released([0.75, 0.5], 'DPD, code: DDPG, PPO')],
        alsoCalled: ['expScale', 'confidence'],
      }),
    xiScaling: z
      .enum(['none', 'deviation'])
      .default('none')
      .meta({
        description:
          'In what ξ is measured. Where values reach the hundreds, soft weights as they are become hard ones.',
        values: { none: 'as it is', deviation: 'in standard deviations of its batch' },
        related: ['method.alpha', 'method.rewardScale'],
        paper: [published('none'), inferred('deviation', 'for large values')],
      }),
    weightLimit: z
      .number()
      .min(1)
      .max(1e6)
      .default(100)
      .meta({
        description: 'Soft weights lie between its inverse and this.',
        paper: [released(100, 'DPD, code: 0.01 to 100')],
      }),
    distance: z
      .enum(['kl', 'squaredProbabilities'])
      .default('kl')
      .meta({
        description:
          'Between policies that choose among actions; actions that are numbers differ by their mean square.',
        values: { kl: 'KL(peer ‖ own)', squaredProbabilities: 'mean squared difference of probabilities' },
        paper: [inferred('kl', 'the paper has continuous actions only')],
      }),
    distillation: z
      .strictObject({
        rate: z
          .number()
          .positive()
          .max(100)
          .default(0.1)
          .meta({
            description:
              'Learning rate of distillation, in units of the learning rate; it has an optimiser of its own.',
            related: ['optimizer.learningRate'],
            paper: [published([1e-4, 1e-5], 'DPD, paper: DDPG, PPO; rates as they are')],
          }),
        batchSize: z
          .number()
          .int()
          .min(2)
          .max(65_536)
          .default(64)
          .meta({
            description: 'States of the peer in a step of distillation.',
            unit: 'states',
            paper: [published([64, 256], 'DPD, paper: DDPG, PPO'), released(512)],
          }),
        pool: z
          .number()
          .int()
          .min(1)
          .max(1_000_000)
          .default(1000)
          .meta({
            description: 'They are drawn from the peer’s newest so many.',
            unit: 'states',
            paper: [published(1000), released('the whole buffer')],
          }),
        every: z
          .number()
          .int()
          .min(1)
          .max(1_000_000)
          .default(1)
          .meta({
            description: 'Steps from one distillation to the next.',
            unit: 'steps',
            paper: [released('each update (DDPG), every fifth rollout (PPO)')],
          }),
      })
      .prefault({})
      .meta({
        title: 'Distillation',
        description: 'How much a learner takes over from its peer, and of which states.',
      }),
    gamma: z
      .number()
      .min(0)
      .max(1)
      .default(0.99)
      .meta({
        description: 'Discount of later rewards.',
        paper: [released(0.99)],
        alsoCalled: ['discount'],
      }),
    rewardScale: z
      .number()
      .positive()
      .max(1000)
      .default(1)
      .meta({
        description: 'Rewards are multiplied by this for learning; returns are told as they are.',
        paper: [inferred(0.1, 'for Pendulum, so that soft weights do not saturate')],
      }),
    bootstrapAtLimit: z
      .boolean()
      .default(true)
      .meta({
        description: 'An episode that the time limit cuts short goes on to be worth something.',
        paper: [inferred(true, 'Gymnasium tells the two apart'), released(false)],
      }),
    codeCompat: z
      .boolean()
      .default(false)
      .meta({
        description:
          'Distils as the released code really does: without weights (DDPG), or with the sign of ξ reversed and divided by the batch once more (PPO).',
        paper: [released(true)],
      }),
    evaluationEpisodes: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .meta({
        description: 'Of each learner without exploration at an evaluation, and as many others in the test.',
        unit: 'episodes',
        alsoCalled: ['evalEpisodes'],
      }),
  })
  .meta({
    title: 'DPD',
    description:
      'Dual Policy Distillation (Lai, Zha, Li & Hu, IJCAI 2020, arXiv 2006.04061): two policies learn by acting, and from each other.',
  });

export type DpdOptions = z.infer<typeof dpdOptions>;
export type DdpgOptions = Extract<DpdOptions['algorithm'], { name: 'ddpg' }>;
/** PPO's options, which the tabular algorithm shares. */
export type ClippedOptions = Omit<Extract<DpdOptions['algorithm'], { name: 'tabular' }>, 'name'>;
