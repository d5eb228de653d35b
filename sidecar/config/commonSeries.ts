import type { SeriesDeclaration } from '../methods/declaration.ts';

const percent = (metric: string, title: string, formula: string) => ({
  tag: `*/*/${metric}`,
  title,
  unit: '%',
  formula,
});
const plainSeries = (tag: string, title: string, unit: string, formula: string) => ({
  tag,
  title,
  unit,
  formula,
});

/** Unit and formula of the series that every method has, once; a method declares its own. */
export const COMMON_SERIES: readonly SeriesDeclaration[] = [
  percent('top1', 'top-1 accuracy', 'share of samples whose label has the largest logit'),
  percent('top5', 'top-5 accuracy', 'share of samples whose label is among the five largest logits'),
  plainSeries('*/*/crossEntropy', 'cross-entropy', 'nats', 'mean −ln p(label)'),
  plainSeries(
    '*/*/ece',
    'expected calibration error',
    '',
    'Σ |confidence − accuracy| over 15 bins, weighted by samples',
  ),
  plainSeries('*/*/marginalEntropy', 'marginal entropy', '', 'H(mean softmax) / ln C'),
  plainSeries('train/*/loss/crossEntropy', 'cross-entropy', 'nats', 'CE(z, y) of the batch'),
  plainSeries('train/run/loss/total', 'total loss', 'nats', 'Σ weight · term'),
  plainSeries('train/run/weighted/*', 'weighted term', 'nats', 'Σ over roles of weight · term'),
  plainSeries('schedule/learningRate', 'learning rate', '', 'base rate × schedule'),
  plainSeries('schedule/epoch', 'epoch', '', 'steps of the stage / steps per epoch'),
  plainSeries(
    'diversity/peers',
    'distance between peers',
    '',
    'mean ‖softmax(z_i) − softmax(z_k)‖₂ over pairs',
  ),
  plainSeries('diversity/gap', 'student–teacher gap', '', 'mean ‖softmax(z_j) − softmax(m_j)‖₂'),
  plainSeries('diversity/gapKl', 'student–teacher KL', 'nats', 'mean KL(softmax(m_j) ‖ softmax(z_j))'),
  plainSeries(
    'diversity/disagreement',
    'student–teacher disagreement',
    '',
    'share of samples with different top-1',
  ),
  plainSeries('diversity/gapWeight', 'weight gap', '', '‖θ − φ‖₂ / ‖θ‖₂'),
  plainSeries('diversity/weightCosine', 'weight cosine', '', 'cos(θ − θ₀, φ − θ₀)'),
  plainSeries('diversity/homogenization', 'homogenization', '', '1 − gap/√2'),
  plainSeries('system/samplesPerSecond', 'throughput', 'samples/s', 'samples trained per second'),
  plainSeries('system/stepSeconds', 'step time', 's', 'seconds per optimiser step'),
  plainSeries('system/dataWait', 'data wait', '', 'share of time waiting for batches'),
  plainSeries('system/tensors', 'tensors', '', 'tensors alive'),
  plainSeries('system/tensorBytes', 'tensor memory', 'B', 'bytes of tensors alive'),
  plainSeries('system/rss', 'resident memory', 'B', 'resident set size of the trainer'),
];
