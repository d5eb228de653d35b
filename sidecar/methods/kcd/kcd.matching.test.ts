import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normals } from '../../backends/ops/testing.ts';
import { Stream } from '../../random/stream.ts';
import { close } from '../testing.ts';
import {
  bipartite,
  greedyGlobal,
  greedySequential,
  identityMap,
  randomMap,
  totalCost,
} from './assignment.ts';
import {
  favouriteClasses,
  ClassProfileCost,
  CorrelationCost,
  SpatialCost,
  type Features,
} from './channelCost.ts';
import { features, matched, numbers, type Matrix } from './testing.ts';

const COSTS = ['classProfile', 'correlation', 'spatial'] as const;
const STRATEGIES = ['bipartite', 'greedyGlobal', 'greedySequential', 'random', 'identity'] as const;
const mapOf = ({ map }: ReturnType<typeof matched>) => {
  if (map.kind !== 'selection') throw new Error('a linear map');
  return map.teacher.map(([partner = -1]) => partner);
};
const permutations = (n: number): number[][] =>
  n === 0
    ? [[]]
    : permutations(n - 1).flatMap((rest) =>
        Array.from({ length: n }, (_, at) => rest.toSpliced(at, 0, n - 1)),
      );
/** Injective maps of `rows` rows. */
const injections = (rows: number, columns: number): number[][] =>
  rows === 0
    ? [[]]
    : injections(rows - 1, columns).flatMap((map) =>
        Array.from({ length: columns }, (_, column) => column)
          .filter((column) => !map.includes(column))
          .map((column) => [...map, column]),
      );
const cheapest = (costs: Matrix): number =>
  Math.min(...injections(costs.length, costs[0]?.length ?? 0).map((map) => totalCost(costs, map)));
const matrices = (rows: fc.Arbitrary<number>, more: fc.Arbitrary<number>) =>
  fc.tuple(rows, more).chain(([r, m]) =>
    fc.array(fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: r + m, maxLength: r + m }), {
      minLength: r,
      maxLength: r,
    }),
  );
/** Random features at 2 × 2 positions, nowhere silent, and the same with channels shuffled. */
const shuffled = (name: string, order: readonly number[], scale: readonly number[] = order.map(() => 1)) => {
  const [samples, positions, channels] = [12, 4, order.length];
  const teacher = normals(name, samples * positions * channels).map((value) => Math.max(0.01, value + 0.3));
  const student = teacher.map((_, at) => teacher[at - (at % channels) + (order[at % channels] ?? 0)] ?? NaN);
  const scaled = teacher.map((value, at) => value * (scale[at % channels] ?? NaN));
  const of = (values: Float32Array): Features => ({ values, batch: samples, positions, channels });
  return {
    student: of(student),
    teacher: of(scaled),
    labels: Array.from({ length: samples }, (_, n) => n % 4),
  };
};

describe('assignments', () => {
  it('1: the fixture’s maps and totals, square and rectangular', () => {
    const square = numbers.assignment_square;
    for (const { cost, ...given } of [square, numbers.assignment_rect_3x5])
      for (const [assign, expected] of [
        [greedySequential, given.sequential_greedy],
        [greedyGlobal, given.global_greedy],
        [bipartite, given.optimal],
      ] as const) {
        expect(assign(cost)).toEqual(expected.map);
        close(totalCost(cost, assign(cost)), expected.total, 1e-9);
      }
    const totals = permutations(4).map((map) => totalCost(square.cost, map));
    close(totalCost(square.cost, identityMap(4)), square.identity_total, 1e-9);
    close(totals.reduce((a, b) => a + b) / totals.length, square.mean_over_all_permutations, 1e-9);
    close(Math.max(...totals), square.worst, 1e-9);
  });

  it('1: bipartite costs no more than each greedy map and the mean random one; 8: every map is injective', () => {
    fc.assert(
      fc.property(matrices(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 3 })), (costs) => {
        const columns = costs[0]?.length ?? 0;
        const maps = [bipartite(costs), greedyGlobal(costs), greedySequential(costs)];
        const random = Array.from({ length: 20 }, (_, seed) =>
          randomMap(costs.length, columns, Stream.of(seed, 'map')),
        );
        for (const map of [...maps, ...random, identityMap(costs.length)]) {
          expect(new Set(map).size).toBe(costs.length);
          expect(map.every((column) => Number.isInteger(column) && column >= 0 && column < columns)).toBe(
            true,
          );
        }
        const [best = NaN, ...others] = maps.map((map) => totalCost(costs, map));
        const drawn = random.map((map) => totalCost(costs, map));
        for (const other of [...others, ...drawn]) expect(best).toBeLessThanOrEqual(other + 1e-9);
        expect(best).toBeLessThanOrEqual(drawn.reduce((a, b) => a + b) / drawn.length + 1e-9);
      }),
    );
  });

  it('2: bipartite equals brute force up to 7 × 7, and on the transposed', () => {
    fc.assert(
      fc.property(matrices(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 2 })), (costs) => {
        close(totalCost(costs, bipartite(costs)), cheapest(costs), 1e-9);
        if (costs.length !== costs[0]?.length) return;
        const turned = costs.map((_, row) => costs.map((each) => each[row] ?? NaN));
        close(totalCost(turned, bipartite(turned)), cheapest(costs), 1e-9);
      }),
      { numRuns: 60 },
    );
    const large = Array.from({ length: 7 }, (_, row) => [...normals(`row ${row}`, 7)]);
    close(totalCost(large, bipartite(large)), cheapest(large), 1e-9);
    expect(() => bipartite([[1], [2]])).toThrow(/cannot be assigned/u);
  });

  it('4: a constant on a row or column leaves the square bipartite map as it is', () => {
    fc.assert(
      fc.property(
        matrices(fc.integer({ min: 2, max: 6 }), fc.constant(0)),
        fc.nat(1),
        fc.double({ min: -5, max: 5, noNaN: true }),
        (costs, at, constant) => {
          const moved = [
            costs.map((row, i) => row.map((cost) => (i === at ? cost + constant : cost))),
            costs.map((row) => row.map((cost, j) => (j === at ? cost + constant : cost))),
          ];
          for (const each of moved)
            close(totalCost(costs, bipartite(each)), totalCost(costs, bipartite(costs)), 1e-8);
        },
      ),
    );
    const { cost, optimal } = numbers.assignment_square;
    expect(bipartite(cost.map((row, i) => row.map((each) => each + i)))).toEqual(optimal.map);
  });

  it('breaks ties by the lowest row, then the lowest column', () => {
    const equal = [
      [1, 1, 1],
      [1, 1, 1],
    ];
    expect([greedyGlobal(equal), greedySequential(equal), bipartite(equal)]).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });
});

describe('costs of channels', () => {
  const given = numbers.cost_class_profile;
  const [student, teacher] = [features([given.pooled_student], 2), features([given.pooled_teacher], 2)];

  it('the fixture by class profile: profiles, costs, map and agreement', () => {
    const cost = new ClassProfileCost(4, 4, 3);
    cost.add(student, teacher, given.labels);
    const profiles = cost.profiles();
    const byClass = (of: Float64Array[]) =>
      [0, 1, 2].map((label) => of.map((profile) => profile[label] ?? NaN));
    close(
      [byClass(profiles.student), byClass(profiles.teacher)],
      [given.profile_student, given.profile_teacher],
      1e-6,
    );
    expect(favouriteClasses(profiles.teacher)).toEqual(given.argmax_class_teacher);
    expect(favouriteClasses(profiles.student)).toEqual(given.argmax_class_student);
    close(cost.costs(), given.D, 2e-6);
    const match = matched(student, teacher, given.labels, {});
    expect(mapOf(match)).toEqual(given.optimal.map);
    close([match.cost * 4, match.identityCost * 4], [given.optimal.total, given.identity_total]);
    close(
      [match.agreementBefore, match.agreement],
      [given.argmax_class_agreement_before, given.argmax_class_agreement_after],
      1e-12,
    );
  });

  it('the fixture by correlation: another map of the same data', () => {
    const { D, pearson, optimal } = numbers.cost_correlation;
    const cost = new CorrelationCost(4, 4);
    cost.add(student, teacher);
    close(cost.costs(), D, 2e-6);
    close(
      cost.costs().map((row) => row.map((each) => 1 - each)),
      pearson,
      2e-6,
    );
    const match = matched(student, teacher, given.labels, { cost: 'correlation' });
    expect(mapOf(match)).toEqual(optimal.map);
    close(match.cost * 4, optimal.total);
    expect(optimal.map).not.toEqual(given.optimal.map);
  });

  it('the fixture by maps over space', () => {
    const { D, optimal, ...maps } = numbers.cost_spatial_and_losses;
    const cost = new SpatialCost(3, 3);
    cost.add(features(maps.student), features(maps.teacher));
    close(cost.costs(), D, 2e-6);
    expect(bipartite(cost.costs())).toEqual(optimal.map);
    close(totalCost(cost.costs(), optimal.map), optimal.total);
  });

  it('3: of a shuffled teacher every cost recovers the shuffle at no cost', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), fc.nat(99), (order, seed) => {
        const { student: own, teacher: other, labels } = shuffled(`features ${seed}`, order);
        for (const cost of COSTS) {
          const match = matched(own, other, labels, { cost });
          expect(mapOf(match)).toEqual(order);
          close([match.cost, match.agreement], [0, 1], 1e-6);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('5: teacher channels may be scaled by anything positive', () => {
    const scales = fc.array(fc.double({ min: 0.05, max: 20, noNaN: true }), { minLength: 5, maxLength: 5 });
    const order = [3, 0, 4, 1, 2];
    fc.assert(
      fc.property(scales, (scale) => {
        const { student: own, teacher: other, labels } = shuffled('features', order, scale);
        for (const cost of COSTS) expect(mapOf(matched(own, other, labels, { cost }))).toEqual(order);
      }),
      { numRuns: 15 },
    );
  });

  it('a silent channel costs 2 by profile and by map; one that never varies is uncorrelated, whatever its value', () => {
    const { student: own, teacher: other, labels } = shuffled('features', [1, 2, 0]);
    const still = (value: number) => ({
      ...own,
      values: own.values.map((v, at) => (at % 3 === 1 ? value : v)),
    });
    const row = (cost: ClassProfileCost | SpatialCost, value: number) => {
      cost.add(still(value), other, labels);
      return cost.costs()[1];
    };
    close(row(new ClassProfileCost(3, 3, 4), 0), [2, 2, 2], 1e-12);
    close(row(new SpatialCost(3, 3), 0), [2, 2, 2], 1e-12);
    // Rounding must not make two of them alike either: their correlation is nothing by nothing.
    for (const value of [0, 0.1, 1.0643337965011597, 7.3, 1e4]) {
      const cost = new CorrelationCost(3, 3);
      const still1 = { ...other, values: still(value / 9).values };
      for (let batch = 0; batch < 97; batch++) cost.add(still(value), still1);
      close([cost.costs()[1], cost.costs().map((each) => each[1])], [1, 1, 1, 1, 1, 1], 1e-12);
    }
  });

  it('8: every strategy is injective, whichever network is wider; a wider teacher’s channels can be grouped', () => {
    const wide = {
      ...features([given.pooled_teacher.map((row) => [...row, ...row.map((v) => 1.5 - v / 2), 0.2])], 2),
    };
    for (const assignment of STRATEGIES) {
      const drop = mapOf(matched(student, wide, given.labels, { assignment }));
      expect([drop.length, new Set(drop).size]).toEqual([4, 4]);
      const grouped = matched(student, wide, given.labels, { assignment, wider: 'groupAmp' }).map;
      const partners = grouped.kind === 'selection' ? grouped.teacher : [];
      expect(partners.map((each) => each.length)).toEqual([2, 2, 2, 2]);
      expect(new Set(partners.flat()).size).toBe(8);
      const narrow = matched(wide, student, given.labels, { assignment }).map;
      const chosen = narrow.kind === 'selection' ? (narrow.student ?? []) : [];
      expect([chosen.length, new Set(chosen).size]).toEqual([4, 4]);
    }
  });
});
