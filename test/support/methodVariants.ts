import { methodDeclarations } from '../../sidecar/methods/registry.options.ts';

/** A method with options under which other code runs than by default. */
export interface Variant {
  readonly title: string;
  readonly method: Readonly<Record<string, unknown>> & { readonly name: string };
  /** By name; the others are resnet8. */
  readonly models?: Readonly<Record<string, string>>;
}

const MORE: readonly Variant['method'][] = [
  { name: 'dkel', teacherInit: 'fresh', teacherBn: 'emaStats' },
  { name: 'pcl', peers: 1, report: 'ensemble' },
  { name: 'pcl', teacherInit: 'fresh', teacherBn: 'inference', report: 'bestPeer' },
  { name: 'sftn', branchSharing: 'shared', studentInit: 'branch1', identityWhenEqual: true },
  { name: 'soteacher', historyMode: 'exactMean', crSchedule: 'none' },
  { name: 'dih', attachPoints: [2], headType: 'gapDense', selection: 'last', alphas: { teacher: 0 } },
  {
    name: 'iakd',
    schedule: 'uniform',
    skippedUpdate: 'coast',
    teacherBn: 'batch',
    recalibrateBn: 32,
    kdWeight: 0.5,
  },
  { name: 'kcd', assignment: 'procrustes', alignAt: 'every', alignEvery: 1, normalise: 'batchNorm' },
  {
    name: 'kcd',
    assignment: 'greedyGlobal',
    alignAt: 'warmup',
    cost: 'spatial',
    base: 'partial',
    preRelu: true,
    kdWeight: 0.9,
  },
  { name: 'ekd', order: 'teacherFirst', guide: 'light', teacherGuides: 'shared' },
  { name: 'kdml', update: 'sequential', ensemble: 'votes', peers: 3 },
  { name: 'kdml', teacher: 'pretrained', ensemble: 'logits' },
  { name: 'supervisionComplexity', supervision: 'shuffled', mapping: 'lagged', measure: { examples: 2 } },
  { name: 'dml', update: 'sequential', peers: 3 },
  { name: 'dml', detachTarget: false, target: 'logitMean' },
  { name: 'kdcl', target: 'general' },
  { name: 'kdcl', target: 'linear' },
  { name: 'okddip', structure: 'networks', targetGradient: 'attentionOnly' },
  { name: 'okddip', target: 'probabilities' },
  { name: 'meanTeacher', distance: 'kl' },
];

/** Networks of other shapes than the student's. */
const PAIRS: readonly Variant[] = [
  {
    title: 'kcd, a wider teacher',
    method: { name: 'kcd', wider: 'groupAmp', cost: 'correlation' },
    models: { teacher: 'wrn_16_2', student: 'resnet8' },
  },
  {
    title: 'kcd, a narrower teacher',
    method: { name: 'kcd', featureWeight: 1 },
    models: { teacher: 'resnet8', student: 'wrn_16_2' },
  },
  {
    title: 'iakd, a deeper teacher',
    method: { name: 'iakd' },
    models: { teacher: 'resnet14', student: 'resnet8' },
  },
  {
    title: 'iakd, a wider teacher',
    method: { name: 'iakd', adapters: true, granularity: 'stage' },
    models: { teacher: 'wrn_16_2', student: 'resnet8' },
  },
  {
    title: 'sftn, another family',
    method: { name: 'sftn' },
    models: { teacher: 'wrn_16_2', student: 'resnet8' },
  },
  {
    title: 'ekd, another family',
    method: { name: 'ekd' },
    models: { teacher: 'wrn_16_1', student: 'lenet5' },
  },
  {
    title: 'ffl, two networks',
    method: { name: 'ffl', sharedTrunk: false },
    models: { peer1: 'resnet8', peer2: 'wrn_16_2' },
  },
  {
    title: 'dih, another family',
    method: { name: 'dih' },
    models: { teacher: 'vgg8', student: 'mobilenetv2' },
  },
  {
    title: 'dml, three families',
    method: { name: 'dml', peers: 3 },
    models: { peer1: 'shufflenetv1', peer2: 'shufflenetv2', peer3: 'densenetd40k12' },
  },
];

const titled = (method: Variant['method']): Variant => {
  const { name, ...options } = method;
  return { title: Object.keys(options).length === 0 ? name : `${name} ${JSON.stringify(options)}`, method };
};

/** Every method that classifies, by default and by other options and networks. */
export const classifying: readonly Variant[] = [
  ...Object.values(methodDeclarations)
    .filter(({ name }) => name !== 'dpd')
    .map(({ name }) => titled({ name })),
  ...MORE.map(titled),
  ...PAIRS,
];

/** @param side of the images; several families want 16 or 32 */
export const experimentOf = ({ method, models = {} }: Variant, side: number, more: object): object => ({
  dataset: { name: 'synthetic', samples: 72, testSamples: 24, classes: 3, shape: [side, side, 3], noise: 1 },
  models: {
    default: { name: 'resnet8' },
    ...Object.fromEntries(Object.entries(models).map(([key, name]) => [key, { name }])),
  },
  method,
  optimizer: { name: 'sgd', learningRate: 0.02, weightDecay: 1e-4 },
  ...more,
});

/** Images that all networks of a variant can read. */
export const sideFor = ({ models = {} }: Variant): number =>
  Object.values(models).some((name) => /vgg|mobile|shuffle|lenet|dense/u.test(name)) ? 32 : 8;
