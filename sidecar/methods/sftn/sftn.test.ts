import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers as read, use } from '../../backends/ops/testing.ts';
import { INFERENCE, Network } from '../../models/network.ts';
import { backbone, modelOptions } from '../../models/registry.spec.ts';
import { resnet } from '../../models/resnet.spec.ts';
import { parameterCount, traceNetwork } from '../../models/shapes.spec.ts';
import { plain, type Backbone } from '../../models/spec.ts';
import { StagedModel } from '../../models/stagedModel.ts';
import { stagedNetwork } from '../../models/stages.spec.ts';
import { offlineStage } from '../parts/offline.ts';
import { logitsOf, supervisedPhase } from '../parts/supervised.ts';
import { clockOf, close, contextOf, fixture, gradientsOf, networkOf, noise, phaseOf } from '../testing.ts';
import { lengthOf, plainSamples, runStage, scramble, stageOf, valuesOf } from '../testing.ts';
import { studentBranches } from './branches.ts';
import { sftn } from './index.ts';
import { sftn as declaration, sftnOptions } from './options.ts';

const { case3_branch_topology: topology } = fixture('sftn') as {
  case3_branch_topology: Record<'N=3' | 'N=4', { branch: number; student_blocks: number[] }[]>;
};
const INPUT = [8, 8, 3];
const [resnet8, resnet14] = (['resnet8', 'resnet14'] as const).map((name) => resnet({ name }, 3)) as [
  Backbone,
  Backbone,
];
const build = (settings: Record<string, unknown> = {}, seed = 4) =>
  sftn(
    contextOf(sftnOptions.parse({ name: 'sftn', ...settings }), {
      models: { teacher: resnet14, student: resnet8 },
      input: INPUT,
      stages: { plainTeacher: 0, teacher: 1, distillation: 1 },
      seed,
    }),
  );
type Built = ReturnType<typeof build>;
const data = (count: number) =>
  Array.from({ length: count }, (_, index) => noise(`batch ${index}`, 6, INPUT));
const one = () => data(1)[0] as ReturnType<typeof noise>;
const clock = clockOf('teacher');
const friendly = (training: Built) => phaseOf(training, 'teacher');
/** Lengths of gradients, over parameters whose `<network>/<name>` is matched. */
const lengths = (gradients: Record<string, number[]>, names: RegExp) =>
  Object.entries(gradients)
    .filter(([name]) => names.test(name))
    .map(([, gradient]) => lengthOf(gradient));
const gradients = (training: Built, pick?: Parameters<typeof gradientsOf>[4]) =>
  gradientsOf(friendly(training), one(), clock, friendly(training).parameters(clock), pick);
const model = (name: string, classes: number): Backbone =>
  backbone(modelOptions.parse({ name }), [32, 32, 3], classes);
const usesOf = (teacher: string, student: string, settings: object = {}, classes = 100) => {
  const backbones = new Map([
    ['teacher', model(teacher, classes)],
    ['student', model(student, classes)],
  ]);
  const options = sftnOptions.parse({ name: 'sftn', ...settings });
  return {
    objections: declaration.objections?.(options, backbones, [32, 32, 3]) ?? [],
    uses: () => declaration.networks?.(options, backbones, [32, 32, 3], classes, () => resnet8) ?? [],
  };
};

describe('SFTN’s branches', () => {
  beforeAll(() => use('wasm'));

  it('1: N stages have N − 1 branches; branch i has the student’s stages i + 1 … N and one head (case 3)', () => {
    const stagesIn = (names: readonly string[]) =>
      [...new Set(names.flatMap((name) => /stage(?<n>\d)/u.exec(name)?.groups?.['n'] ?? []))].map(Number);
    const { networks } = build();
    const three = Object.entries(networks).filter(([name]) => name.startsWith('branch'));
    expect(three.map(([, { trace }]) => stagesIn(trace.parameters.map(({ name }) => name)))).toEqual(
      topology['N=3'].map(({ student_blocks }) => student_blocks),
    );
    for (const [, { trace }] of three)
      expect(trace.parameters.filter(({ name }) => name.startsWith('main/head/')).length).toBe(2);
    const four = usesOf('resnet34', 'resnet18')
      .uses()
      .filter(({ name }) => name.startsWith('branch'));
    expect(four.map(({ spec }) => stagesIn(spec.trunk.map(({ name }) => name)))).toEqual(
      topology['N=4'].map(({ student_blocks }) => student_blocks),
    );
    expect(four.every(({ spec }) => spec.branches.length === 1)).toBe(true);
  });

  it.each([
    ['wrn_40_2', 'wrn_16_2', 2_255_156, [669_860, 538_340]],
    ['wrn_40_2', 'wrn_40_1', 2_255_156, [541_316, 434_084]],
    ['resnet32x4', 'resnet8x4', 7_433_860, [1_174_884, 944_740]],
    ['resnet110_basic', 'resnet20', 1_736_564, [263_844, 212_196]],
  ])(
    '1: the branches of %s → %s have the parameters of the specification’s table',
    (teacher, student, own, sizes) => {
      const count = (branchSharing: string) => {
        const uses = usesOf(teacher, student, { branchSharing }).uses();
        const of = (prefix: string) =>
          uses
            .filter(({ name }) => name.startsWith(prefix))
            .map(({ spec }) => parameterCount(traceNetwork(spec)));
        return { teacher: of('teacher'), branches: of('branch'), transforms: of('transform').length };
      };
      expect(count('independent')).toEqual({ teacher: [own], branches: sizes, transforms: 2 });
      expect(count('shared')).toEqual({ teacher: [own], branches: sizes.slice(0, 1), transforms: 2 });
    },
  );

  it('2: a transform gives what the student’s stage gives, for every pair of families, or the pair is refused with a reason', () => {
    const families = [
      'resnet8',
      'resnet20',
      'resnet8x4',
      'resnet18',
      'wrn_16_1',
      'wrn_16_2',
      'vgg8',
      'densenetd40k12',
      'mobilenetv2',
      'shufflenetv1',
      'shufflenetv2',
      'lenet5',
    ];
    let [fit, refused] = [0, 0];
    for (const teacher of families)
      for (const student of families) {
        const { objections, uses } = usesOf(teacher, student);
        const [message] = objections.map((each) => each.message);
        if (message !== undefined) {
          refused++;
          expect(message).toMatch(
            /The teacher \S+ has \d+ stages and the student|After stage \d+ the teacher gives \[/u,
          );
          continue;
        }
        fit++;
        const wanted = stagedNetwork(model(student, 100), [32, 32, 3])
          .stages.slice(0, -1)
          .map(({ output }) => output);
        const transforms = uses().filter(({ name }) => name.startsWith('transform'));
        expect(transforms.map(({ spec }) => traceNetwork(spec).branches.get('main')?.whole.output)).toEqual(
          wanted,
        );
      }
    expect([fit > 40, refused > 20]).toEqual([true, true]);
    const student = new StagedModel('student', resnet8, INPUT, { seed: 1 });
    const options = sftnOptions.parse({ name: 'sftn' });
    expect(() => studentBranches(student, [[64, 64, 3]], options, 1)).toThrow(
      /No transform leads from \[64, 64, 3\]/u,
    );
  });

  it('3: in inference the teacher answers bit for bit as without branches, and is saved as an ordinary one is', () => {
    const training = build();
    const teacher = networkOf(training, 'teacher');
    const alone = new Network('teacher', plain(resnet14, INPUT), { seed: 4 });
    expect(teacher.declarations).toEqual(alone.declarations);
    expect(valuesOf(teacher)).toEqual(valuesOf(alone));
    const x = one().views[0] as tf.Tensor;
    if (training.evaluation.kind !== 'classification') throw new Error('SFTN classifies');
    const [answer] = Object.values(training.evaluation.predict(x, 'teacher'));
    expect(read(answer as tf.Tensor)).toEqual(read(logitsOf(alone, x, INFERENCE)));
  });

  it('4: with λ_KL = λ_CE = 0 the teacher’s gradients are those of plain cross-entropy and the branches’ are 0', () => {
    const training = build({ lambdaKL: 0, lambdaCE: 0 });
    const alone = new Network('teacher', plain(resnet14, INPUT), { seed: 4 });
    const ordinary = gradientsOf(supervisedPhase('teacher', [alone]), one(), clock, alone.parameters());
    const found = gradients(training);
    for (const [name, gradient] of Object.entries(ordinary)) close(found[name], gradient, 1e-7);
    expect(Math.max(...lengths(found, /^(?:branch|transform)/u))).toBe(0);
    expect(Math.max(...lengths(gradients(build()), /^branch/u))).toBeGreaterThan(0);
  });

  it('5: CE of branch i reaches the teacher up to stage i, transform i and the branch, and nothing else', () => {
    const training = build();
    for (const i of [1, 2]) {
      const found = gradients(training, ({ role, name }) => role === `branch${i}` && name === 'crossEntropy');
      const other = 3 - i;
      for (const stage of [1, 2, 3]) {
        const own = (of: string) => lengths(found, new RegExp(`^teacher/.*/stage${stage}\\..*${of}`, 'u'));
        if (stage > i) expect(Math.max(...own(''))).toBe(0);
        else expect(Math.min(...own('kernel'))).toBeGreaterThan(0);
      }
      expect(Math.max(...lengths(found, /^teacher\/main\/head/u))).toBe(0);
      expect(Math.min(...lengths(found, /^teacher\/trunk\/stem.*kernel/u))).toBeGreaterThan(0);
      expect(
        Math.min(...lengths(found, new RegExp(`^(?:transform|branch)${i}/.*kernel`, 'u'))),
      ).toBeGreaterThan(0);
      expect(Math.max(...lengths(found, new RegExp(`^(?:transform|branch)${other}/`, 'u')))).toBe(0);
    }
    const agreement = gradients(training, ({ role, name }) => role === 'branch1' && name === 'agreement');
    expect(Math.min(...lengths(agreement, /^teacher\/.*kernel/u))).toBeGreaterThan(0);
  });

  it('6: L_T reaches the teacher alone; with a detached teacher, agreement reaches it through the branch’s features alone', () => {
    const own = gradients(build(), ({ role }) => role === 'teacher');
    expect(Math.max(...lengths(own, /^(?:branch|transform)/u))).toBe(0);
    expect(Math.min(...lengths(own, /^teacher\/.*kernel/u))).toBeGreaterThan(0);
    const found = gradients(
      build({ detachTeacherInKL: true }),
      ({ role, name }) => role === 'branch1' && name === 'agreement',
    );
    expect(Math.max(...lengths(found, /^teacher\/(?:.*\/stage[23]\.|main\/head)/u))).toBe(0);
    expect(Math.min(...lengths(found, /^teacher\/trunk\/(?:stem|stage1).*kernel/u))).toBeGreaterThan(0);
  });

  it('9: equal seeds give equal parameters after two steps, other seeds others', async () => {
    const after = async (seed: number, settings = {}) => {
      const training = build(settings, seed);
      await runStage(stageOf(training, 'teacher'), data(2));
      return Object.fromEntries(
        Object.entries(training.networks).map(([name, each]) => [name, valuesOf(each)]),
      );
    };
    const first = await after(4);
    expect(await after(4)).toEqual(first);
    expect((await after(5))['teacher']).not.toEqual(first['teacher']);
    expect(Object.keys(await after(4, { branchSharing: 'shared' }))).not.toContain('branch2');
  });

  it('10: distillation is the same for any teacher, and leaves teacher and statistics as they are', async () => {
    const ordinary = new Network('teacher', plain(resnet14, INPUT), { seed: 9 });
    scramble(ordinary);
    const training = build();
    const [teacher, student] = [networkOf(training, 'teacher'), networkOf(training, 'student')];
    teacher.copyFrom(ordinary);
    const other = new Network('student', plain(resnet8, INPUT), { seed: 4 });
    const weights = { labels: 0.1, teacher: 0.9, temperature: 4 };
    const own = await runStage(stageOf(training, 'distillation'), data(3));
    const usual = await runStage(offlineStage('distillation', ordinary, other, weights), data(3));
    expect(own.map(({ total }) => total)).toEqual(usual.map(({ total }) => total));
    expect(valuesOf(student)).toEqual(valuesOf(other));
    expect(valuesOf(teacher)).toEqual(valuesOf(ordinary));
  });

  it('11: `branch1` gives the student its stages 2 to N and head from branch 1, statistics included; the rest is its own', async () => {
    for (const branchSharing of ['independent', 'shared']) {
      const training = build({ studentInit: 'branch1', branchSharing });
      await runStage(stageOf(training, 'teacher'), data(2));
      const [student, branch] = [networkOf(training, 'student'), networkOf(training, 'branch1')];
      const drawn = valuesOf(student);
      await stageOf(training, 'distillation').begin?.(plainSamples(data(1)));
      const within = (values: Record<string, number[]>) =>
        Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name.slice(name.indexOf('/') + 1), value]),
        );
      const [own, given, before] = [within(valuesOf(student)), within(valuesOf(branch)), within(drawn)];
      for (const [name, values] of Object.entries(own))
        expect(values, name).toEqual(/^(?:stem|stage1)/u.test(name) ? before[name] : given[name]);
      expect(
        Object.keys(own)
          .filter((name) => !/^(?:stem|stage1)/u.test(name))
          .sort(),
      ).toEqual(Object.keys(given).sort());
      expect(own['stage2.1/0.residual/body/0.conv/kernel']).not.toEqual(
        before['stage2.1/0.residual/body/0.conv/kernel'],
      );
    }
    const scratch = build();
    const drawn = valuesOf(networkOf(scratch, 'student'));
    await stageOf(scratch, 'distillation').begin?.(plainSamples(data(1)));
    expect(valuesOf(networkOf(scratch, 'student'))).toEqual(drawn);
  });
});
