import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../datasets/dataset.ts';
import { predictionsAt } from './predictions.ts';

const SAMPLES = 40;
/** Two classes of 2×2 grey images: every sample has its number as its first pixel. */
function dataset(shape: readonly number[] = [2, 2, 1]): Dataset {
  const length = shape.reduce((product, extent) => product * extent, 1);
  const values = Uint8Array.from({ length: SAMPLES * length }, (_, index) =>
    index % length === 0 ? index / length : 0,
  );
  const split = { values, labels: Uint8Array.from({ length: SAMPLES }, (_, index) => index % 2) };
  return {
    ...{ shape, classes: 2, classNames: ['even', 'odd'], scale: 1 / 255, mean: [0.5], deviation: [2] },
    ...{ train: split, test: split, digest: '' },
  };
}

/** The validation split begins at training sample 10. */
const samples = Uint32Array.from({ length: 30 }, (_, index) => index + 10);
const labels = Int32Array.from(samples, (sample) => sample % 2);
/** Logits of a role that is right, but for some samples of the split. */
const except = (...wrong: number[]): Float32Array =>
  Float32Array.from({ length: 2 * samples.length }, (_, index) => {
    const sample = Math.floor(index / 2);
    const right = index % 2 === labels[sample];
    return right !== wrong.includes(sample) ? Math.log(3) : 0;
  });
const of = (data: Dataset) => ({ dataset: data, split: data.train, samples });

describe('predictions', () => {
  const logits = { good: except(), poor: except(4, 7) };
  const predictions = predictionsAt(5, 'validation', of(dataset()), { logits, labels }, 24);

  it('count who took what for what', () => {
    expect(predictions).toMatchObject({ step: 5, samples: 30, classes: ['even', 'odd'] });
    expect(predictions.confusion).toEqual({
      good: [
        [0, 0, 15],
        [1, 1, 15],
      ],
      poor: [
        [0, 0, 14],
        [0, 1, 1],
        [1, 0, 1],
        [1, 1, 14],
      ],
    });
  });

  it('show where the roles disagree, and the first of the split', () => {
    const chosen = (kind: string) =>
      predictions.images.filter((image) => image.chosen === kind).map(({ sample }) => sample);
    expect(chosen('disagreement')).toEqual([4, 7]);
    expect(chosen('first')).toEqual(Array.from({ length: 24 }, (_, index) => index));
    const [disputed] = predictions.images;
    expect(disputed?.answers['good']).toEqual({ class: 0, probability: expect.closeTo(0.75, 6) as number });
    expect(disputed?.answers['poor']).toEqual({ class: 1, probability: expect.closeTo(0.75, 6) as number });
    // The picture is of the raw values of training sample 14.
    const { width, height, channels, data } = decode(Buffer.from(disputed?.png ?? '', 'base64'));
    expect({ width, height, channels }).toEqual({ width: 2, height: 2, channels: 1 });
    expect([...data]).toEqual([14, 0, 0, 0]);
  });

  it('have no images where samples are none', () => {
    const flat = predictionsAt(5, 'validation', of(dataset([4])), { logits, labels }, 24);
    expect(flat.images).toEqual([]);
    expect(flat.confusion).toEqual(predictions.confusion);
  });
});
