import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { comparisonRequestSchema, type Comparison } from '../protocol/comparison.ts';
import { writeCheckpoint } from './checkpoints.ts';
import { comparisonDigest, locateSubjects, readComparison, writeComparison } from './comparisons.ts';
import { createStandInRun } from './testing/standInRun.ts';
import { temporaryFolder } from './testing/temporaryFolder.ts';
import { RESOLVED_FILE } from './runs.ts';

const made = (digest: string): Comparison => ({
  version: 1,
  digest,
  computedAt: '2026-01-01T00:00:00.000Z',
  seconds: 1,
  split: 'test',
  samples: 0,
  ckaSamples: 0,
  resamples: 100,
  seed: 0,
  dataset: { name: 'made', digest: '' },
  classes: [],
  backend: { name: 'cpu', device: '' },
  subjects: ['peer1', 'peer2'].map((role) => ({
    run: 'r',
    step: 1,
    role,
    kind: 'peer',
    method: 'dkel',
    model: 'mlp',
    checkpoint: '',
    top1: NaN,
    top5: 1,
    crossEntropy: Infinity,
    ece: 0,
    reliability: [],
    confusion: [],
    network: null,
  })),
  warnings: [],
  differences: [],
  agreement: [[1, NaN]],
  perClass: [],
  images: [],
});
const digestOf = (index: number): string => index.toString(16).padStart(64, '0');

describe('kept comparisons', () => {
  it('come back as they were, numbers that are none included', async () => {
    const folder = temporaryFolder();
    expect(await readComparison(folder, digestOf(1))).toBeNull();
    writeComparison(folder, made(digestOf(1)));
    expect(await readComparison(folder, digestOf(1))).toEqual(made(digestOf(1)));
  });

  it('are none where the file is broken, or another one', async () => {
    const folder = temporaryFolder();
    writeComparison(folder, made(digestOf(1)));
    const file = (index: number) => join(folder, '.comparisons', `${digestOf(index)}.json`);
    writeFileSync(file(1), '{');
    expect(await readComparison(folder, digestOf(1))).toBeNull();
    writeComparison(folder, made(digestOf(1)));
    writeFileSync(file(2), JSON.stringify({ ...made(digestOf(1)), agreement: [] }));
    expect(await readComparison(folder, digestOf(2))).toBeNull();
  });

  it('are the newest two hundred', () => {
    const folder = temporaryFolder();
    writeComparison(folder, made(digestOf(0)));
    for (let index = 1; index <= 200; index++) {
      const path = join(folder, '.comparisons', `${digestOf(index)}.json`);
      writeFileSync(path, '{}');
      utimesSync(path, index, index);
    }
    writeComparison(folder, made(digestOf(500)));
    const left = readdirSync(join(folder, '.comparisons'));
    expect(left).toHaveLength(200);
    expect(
      [digestOf(0), digestOf(1), digestOf(2), digestOf(3)].map((name) => left.includes(`${name}.json`)),
    ).toEqual([true, false, false, true]);
  });
});

describe('the digest', () => {
  const folder = temporaryFolder();
  const { runDir, id } = createStandInRun(folder, 5);
  const request = (changes: object = {}) =>
    comparisonRequestSchema.parse({
      subjects: ['peer1', 'peer2'].map((role) => ({ run: id, checkpoint: 'last', role })),
      ...changes,
    });
  const digest = async (changes?: object) =>
    comparisonDigest(request(changes), await locateSubjects(folder, request(changes)));
  const checkpoint = (step: number, content: string) =>
    writeCheckpoint(runDir, step, new Map([['state.json', Buffer.from(content)]]));

  it('follows what the result is a function of, and nothing else', async () => {
    await expect(digest()).rejects.toMatchObject({ code: 'no-checkpoint' });
    checkpoint(1, 'one');
    const first = await digest();
    expect(await digest()).toBe(first);
    const others = [
      await digest({ split: 'test' }),
      await digest({ seed: 1 }),
      await digest({ resamples: 100 }),
      await digest({ images: 3 }),
    ];
    expect(new Set([first, ...others]).size).toBe(5);
    // The last one by another name is the same.
    const named = { subjects: ['peer1', 'peer2'].map((role) => ({ run: id, checkpoint: 1, role })) };
    expect(await digest(named)).toBe(first);
    checkpoint(1, 'another');
    const changed = await digest();
    expect(changed).not.toBe(first);
    checkpoint(1, 'one');
    expect(await digest()).toBe(first);
    writeFileSync(join(runDir, RESOLVED_FILE), 'another: configuration\n');
    expect(await digest()).not.toBe(first);
  });
});
