import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normals } from '../../backends/ops/testing.ts';
import { close, flat } from '../testing.ts';
import { bipartite } from './assignment.ts';
import { crossProduct, procrustesMap, ridgeMap } from './linearMaps.ts';
import { features, matched, numbers, type Matrix } from './testing.ts';

describe('closed forms', () => {
  const { pooled_teacher: A, pooled_student: S } = numbers.cost_class_profile;
  const expected = numbers.linear_transforms;
  const residual = (T: Matrix, teacher = A, own = S): number =>
    flat(
      teacher.map((row, n) =>
        (own[n] ?? []).map((s, j) => s - row.reduce((sum, a, i) => sum + a * (T[i]?.[j] ?? NaN), 0)),
      ),
    ).reduce((sum, v) => sum + v ** 2, 0);
  const selection = (map: readonly number[]): Matrix =>
    map.map((_, row) => map.map((column) => Number(column === row)));
  const inner = (teacher: Matrix, own: Matrix) =>
    bipartite(crossProduct(own, teacher).map((row) => row.map((product) => -product)));

  it('11: ridge, Procrustes, best permutation and identity of the fixture', () => {
    const cross = crossProduct(A, S);
    const [ridge, rotation] = [ridgeMap(crossProduct(A, A), cross, expected.lam), procrustesMap(cross)];
    close(ridge, expected.ridge_T, 2e-6);
    close(rotation, expected.procrustes_R, 2e-6);
    expect(inner(A, S)).toEqual(expected.best_permutation_map_by_inner_product);
    close(
      [ridge, rotation, selection(inner(A, S)), selection([0, 1, 2, 3])].map((T) => residual(T)),
      [
        expected.ridge_residual,
        expected.procrustes_residual,
        expected.permutation_residual,
        expected.identity_residual,
      ],
    );
    for (const [assignment, matrix] of [
      ['ridge', ridge],
      ['procrustes', rotation],
    ] as const) {
      const { map } = matched(features([S], 2), features([A], 2), numbers.cost_class_profile.labels, {
        assignment,
        ridge: expected.lam,
      });
      close(map.kind === 'linear' ? map.matrix : [], matrix, 1e-5);
    }
  });

  it('11: residuals grow from ridge without penalty over Procrustes and the best permutation to the identity', () => {
    fc.assert(
      fc.property(fc.nat(999), (seed) => {
        const rows = (name: string) =>
          Array.from({ length: 9 }, (_, n) => [...normals(`${name} ${seed} ${n}`, 4)]);
        const [teacher, own] = [rows('teacher'), rows('student')];
        const cross = crossProduct(teacher, own);
        const order = [
          ridgeMap(crossProduct(teacher, teacher), cross, 1e-9),
          procrustesMap(cross),
          selection(inner(teacher, own)),
          selection([0, 1, 2, 3]),
        ].map((T) => residual(T, teacher, own));
        for (const [index, value] of order.entries())
          expect(value).toBeLessThanOrEqual((order[index + 1] ?? Infinity) + 1e-6);
      }),
      { numRuns: 40 },
    );
  });
});
