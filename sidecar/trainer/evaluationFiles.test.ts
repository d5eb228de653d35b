import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createRun } from '../store/runs.ts';
import { sampleRun } from '../store/testing/sampleRun.ts';
import { temporaryFolder } from '../store/testing/temporaryFolder.ts';
import { forgetEvaluations, writeExhibits, writePredictions } from './evaluationFiles.ts';
import { RunFiles } from './runFiles.ts';

const frame = { action: [0.5], reward: NaN, total: -Infinity, shapes: [] };
const write = {
  'predictions.json': (files: RunFiles, step: number) => {
    const answers = { lost: { class: 0, probability: NaN } };
    const image = { sample: 0, label: 0, png: '', chosen: 'first' as const, answers };
    writePredictions(files, {
      version: 1,
      step,
      split: 'validation',
      classes: ['a'],
      samples: 1,
      confusion: { lost: [[0, 0, 1]] },
      images: [image],
    });
  },
  'exhibits.json': (files: RunFiles, step: number) => {
    const episode = {
      kind: 'episode',
      secondsPerStep: 0.05,
      height: 1,
      background: [],
      frames: [frame],
    } as const;
    writeExhibits(files, { version: 1, step, exhibits: { 'episode/learner1': episode } });
  },
};

describe.each(Object.entries(write))('%s', (name, kept) => {
  it('is forgotten by a run that has not come so far', async () => {
    const { runDir } = createRun(temporaryFolder(), sampleRun);
    const path = join(runDir, name);
    const files = await RunFiles.open(runDir, () => undefined);
    afterAll(() => {
      files.close();
    });
    for (const [restored, stays] of [
      [5, true],
      [4, false],
      [null, false],
    ] as const) {
      kept(files, 5);
      await forgetEvaluations(files, restored);
      expect(existsSync(path)).toBe(stays);
    }
    files.writeJson(name, { version: 0 });
    await forgetEvaluations(files, 9);
    expect(existsSync(path)).toBe(false);
  });
});
