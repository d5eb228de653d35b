import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classificationMetrics, softmaxRows } from './classification.ts';
import { NOT_COLLAPSING, observeCollapse, type CollapseObservation } from './collapse.ts';
import { homogenization, pairGap, weightGap } from './homogenization.ts';

interface Diversity {
  peer_logits: number[][][];
  teacher_logits: number[][][];
  pairwise_l2_mean: number[];
  diversity_mean: number;
  student_teacher_l2: number[];
  disagreement: number[];
  marginal_entropy_norm_peer: number[];
}
const { diversity } = JSON.parse(readFileSync('test/fixtures/methods/dkel.json', 'utf8')) as {
  diversity: Diversity;
};
const classes = 4;
const predictions = (logits: number[][]) => ({
  logits: Float32Array.from(logits.flat()),
  labels: logits.map(() => 0),
  classes,
});

describe('homogenization measures', () => {
  const peers = diversity.peer_logits.map((logits) => softmaxRows(predictions(logits)));
  const teachers = diversity.teacher_logits.map((logits) => softmaxRows(predictions(logits)));

  it('equal the fixture', () => {
    const pairs = [
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(([i, k]) =>
      pairGap(peers[i ?? 0] ?? new Float64Array(), peers[k ?? 0] ?? new Float64Array(), classes),
    );
    pairs.forEach((gap, index) => {
      expect(gap.distance).toBeCloseTo(diversity.pairwise_l2_mean[index] ?? NaN, 6);
      expect(gap.disagreement).toBeCloseTo(diversity.disagreement[index] ?? NaN, 6);
    });
    const matched = peers.map((peer, j) => [peer, teachers[j] ?? new Float64Array()] as const);
    expect(homogenization(peers, matched, classes).peers).toBeCloseTo(diversity.diversity_mean, 6);
    matched.forEach(([peer, teacher], j) => {
      expect(pairGap(peer, teacher, classes).distance).toBeCloseTo(diversity.student_teacher_l2[j] ?? NaN, 6);
    });
    diversity.peer_logits.forEach((logits, j) => {
      expect(classificationMetrics(predictions(logits)).marginalEntropy).toBeCloseTo(
        diversity.marginal_entropy_norm_peer[j] ?? NaN,
        6,
      );
    });
  });

  it('are at their ends for equal networks', () => {
    const peer = peers[0] ?? new Float64Array();
    const same = homogenization([peer, peer], [[peer, peer]], classes);
    expect(same).toEqual({ peers: 0, gap: 0, gapKl: 0, disagreement: 0, homogenization: 1 });
  });

  it('measure weights relative to the start', () => {
    const gap = weightGap([[Float32Array.of(3, 4), Float32Array.of(3, 0), Float32Array.of(0, 0)]]);
    expect(gap.distance).toBeCloseTo(4 / 5, 12);
    expect(gap.cosine).toBeCloseTo(9 / 15, 12);
  });
});

describe('classification metrics', () => {
  it('are those computed by hand', () => {
    const ln = Math.log;
    const metrics = classificationMetrics({
      logits: Float32Array.of(ln(0.7), ln(0.2), ln(0.1), ln(0.1), ln(0.6), ln(0.3)),
      labels: [0, 2],
      classes: 3,
    });
    expect(metrics.top1).toBe(0.5);
    expect(metrics.top5).toBe(1);
    expect(metrics.crossEntropy).toBeCloseTo((-ln(0.7) - ln(0.3)) / 2, 6);
    // Bins 10 (0.7, right) and 9 (0.6, wrong): (|0.7 − 1| + |0.6 − 0|) / 2.
    expect(metrics.ece).toBeCloseTo(0.45, 6);
  });

  it('do not average a NaN away', () => {
    const metrics = classificationMetrics({
      logits: Float32Array.of(NaN, 0, 1, 0),
      labels: [0, 0],
      classes: 2,
    });
    expect(metrics.crossEntropy).toBeNaN();
    expect(metrics.top1).toBe(0.5);
  });
});

describe('collapse detector', () => {
  const healthy: CollapseObservation = {
    epoch: 6,
    classes: 10,
    lossFinite: true,
    heads: { teacher1: 0.9 },
    entropies: { peer1: 0.99 },
  };
  const watch = (observations: CollapseObservation[]) => {
    let state = NOT_COLLAPSING;
    return observations.map((seen) => {
      const next = observeCollapse(state, seen);
      state = next.state;
      return next.collapsed;
    });
  };

  it('needs three evaluations in a row after epoch 5', () => {
    const chance = { ...healthy, heads: { teacher1: 0.15 } };
    expect(
      watch([0, 1, 2, 3, 4, 5].map((epoch) => ({ ...chance, epoch }))).every((seen) => seen === null),
    ).toBe(true);
    expect(watch([chance, chance, chance]).at(-1)).toEqual({ reason: 'chanceAccuracy', role: 'teacher1' });
    expect(watch([chance, chance, healthy, chance, chance])).toEqual([null, null, null, null, null]);
  });

  it.each([
    ['notFinite', { ...healthy, lossFinite: false }, 'run'],
    ['oneClass', { ...healthy, entropies: { peer2: 0.05 } }, 'peer2'],
    ['accuracyHalved', { ...healthy, heads: { teacher1: 0.4 } }, 'teacher1'],
  ] as const)('sees %s', (reason, bad, role) => {
    expect(watch([healthy, bad, bad, bad]).at(-1)).toEqual({ reason, role });
  });
});
