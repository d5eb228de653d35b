import fc from 'fast-check';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  listCheckpoints,
  newestValid,
  readCheckpoint,
  verifyCheckpoint,
  writeCheckpoint,
  type CheckpointFiles,
} from './checkpoints.ts';
import { applyRetention } from './retention.ts';
import { temporaryFolder } from './testing/temporaryFolder.ts';

const root = temporaryFolder();
const runFolder = (): string => mkdtempSync(join(root, 'run-'));

function files(content: string, score?: number | null): CheckpointFiles {
  return new Map([
    ['student/weights.bin', Buffer.from(content)],
    ['state.json', Buffer.from(JSON.stringify({ score }))],
  ]);
}
const plain = (content: CheckpointFiles): Record<string, number[]> =>
  Object.fromEntries([...content].map(([path, bytes]) => [path, [...bytes]]));
const steps = async (runDir: string): Promise<number[]> =>
  (await listCheckpoints(runDir)).map(({ step }) => step);

const pathPart = fc.stringMatching(/^[a-z0-9_]{1,8}$/);
const tree = fc.dictionary(
  fc.oneof(
    pathPart,
    fc.tuple(pathPart, pathPart).map(([folder, name]) => `${folder}.d/${name}`),
  ),
  fc.uint8Array({ maxLength: 200 }),
);

describe('a checkpoint', () => {
  it('comes back as written', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.nat(), async (content, step) => {
        const runDir = runFolder();
        const map = new Map(Object.entries(content));
        const checkpoint = writeCheckpoint(runDir, step, map);
        expect(plain(await readCheckpoint(checkpoint))).toEqual(plain(map));
        expect(await listCheckpoints(runDir)).toEqual([checkpoint]);
      }),
      { numRuns: 20 },
    );
  });

  it('is passed over for an older one when any of its files is missing or changed', async () => {
    const damages: ((path: string) => void)[] = [
      (path) => {
        rmSync(join(path, 'digest.json'));
      },
      (path) => {
        rmSync(join(path, 'student', 'weights.bin'));
      },
      (path) => {
        writeFileSync(join(path, 'student', 'weights.bin'), 'newEr');
      },
      (path) => {
        writeFileSync(join(path, 'digest.json'), '{"version": 1');
      },
      (path) => {
        const digest = readFileSync(join(path, 'digest.json'), 'utf8');
        writeFileSync(join(path, 'digest.json'), digest.replace('student/weights.bin', '../../../secret'));
      },
    ];
    for (const damage of damages) {
      const runDir = runFolder();
      writeCheckpoint(runDir, 100, files('older'));
      damage(writeCheckpoint(runDir, 1000, files('newer')).path);
      const { checkpoint, files: read, skipped } = await newestValid(runDir);
      expect(checkpoint?.step).toBe(100);
      expect(String(read.get('student/weights.bin'))).toBe('older');
      expect(skipped).toHaveLength(1);
      expect(skipped[0]).toContain('step-1000');
    }
  });

  it('leaves nothing behind when its guard refuses', async () => {
    const runDir = runFolder();
    const refuse = (): void => {
      throw new Error('lost');
    };
    expect(() => writeCheckpoint(runDir, 5, files('x'), { guard: refuse })).toThrow('lost');
    expect(readdirSync(join(runDir, 'checkpoints'))).toEqual([]);
    expect(await newestValid(runDir)).toMatchObject({ checkpoint: null, skipped: [] });
  });

  it('replaces one of the same step, and ignores what a killed writer left', async () => {
    const runDir = runFolder();
    writeCheckpoint(runDir, 5, files('first'));
    mkdirSync(join(runDir, 'checkpoints', '.step-6.abc.tmp'));
    writeCheckpoint(runDir, 5, files('second'));
    const { checkpoint, files: read } = await newestValid(runDir);
    expect(checkpoint?.step).toBe(5);
    expect(String(read.get('student/weights.bin'))).toBe('second');
    expect(await steps(runDir)).toEqual([5]);
  });

  it('takes no path that leads out of it', () => {
    for (const path of ['../x', '/x', 'a/../../x', 'a//b', './a', 'a\\b', 'digest.json', '']) {
      expect(() => writeCheckpoint(runFolder(), 1, new Map([[path, new Uint8Array()]])), path).toThrow();
    }
    expect(existsSync(join(root, 'x'))).toBe(false);
  });
});

describe('retention', () => {
  it('keeps the newest and the best', async () => {
    const runDir = runFolder();
    const scores = [0.1, 0.9, null, 0.5, undefined, 0.2];
    scores.forEach((score, index) => writeCheckpoint(runDir, 100 * (index + 1), files('x', score)));
    const deleted = await applyRetention(runDir, { keepLast: 2, keepBest: 2, better: 'higher' });
    expect(deleted.map(({ step }) => step)).toEqual([100, 300]);
    expect(await steps(runDir)).toEqual([200, 400, 500, 600]);
    await applyRetention(runDir, { keepLast: 1, keepBest: 1, better: 'lower' });
    expect(await steps(runDir)).toEqual([600]);
  });

  it('never deletes the newest sound one', async () => {
    const runDir = runFolder();
    for (const step of [1, 2, 3, 4]) writeCheckpoint(runDir, step, files('x'));
    for (const step of [3, 4])
      writeFileSync(join(runDir, 'checkpoints', `step-${step}`, 'state.json'), 'rotten');
    await applyRetention(runDir, { keepLast: 0, keepBest: 0, better: 'higher' });
    expect(await steps(runDir)).toEqual([2, 4]);
    const [sound] = await listCheckpoints(runDir);
    expect(sound && (await verifyCheckpoint(sound))).toBeNull();
  });
});
