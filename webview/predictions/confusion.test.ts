import { describe, expect, it } from 'vitest';
import { madePredictions } from '../../test/webview/support/madePredictions.ts';
import { accuracyByClass, disagreeingFirst, matrixOf } from './confusion.ts';

describe('confusion', () => {
  it('is a matrix of labels and predictions', () => {
    const matrix = matrixOf(madePredictions, 'peer1');
    expect(matrix).toEqual([
      [9, 1, 0],
      [0, 10, 0],
      [4, 0, 6],
    ]);
    expect(accuracyByClass(matrix)).toEqual([0.9, 1, 0.6]);
    expect(accuracyByClass([[0]])).toEqual([NaN]);
  });

  it('shows every sample once, disagreements first', () => {
    const [agreed] = madePredictions.images;
    const twice = { ...madePredictions, images: [...madePredictions.images, ...(agreed ? [agreed] : [])] };
    expect(disagreeingFirst(twice).map(({ sample }) => sample)).toEqual([7, 3]);
  });
});
