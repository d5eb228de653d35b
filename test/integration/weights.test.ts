import { rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listCheckpoints } from '../../sidecar/store/checkpoints.ts';
import { readRun } from '../../sidecar/store/runs.ts';
import { effectiveRun } from '../support/effective.ts';
import { distillery, temporaryFolder, type Finished } from '../support/processes.ts';

const experiment = (method: string, more = ''): string => `
dataset: { name: synthetic, samples: 96, testSamples: 24, classes: 3, shape: [8, 8, 3] }
models: { default: { name: resnet8 } }
method: { name: ${method} }
optimizer: { name: sgd, learningRate: 0.05 }
training: { epochs: 2, epochSteps: 4, batchSize: 16, seed: 1, validation: 24 }
checkpoints: { every: 4 }
backend: wasm
${more}`;

/** A folder of runs, and what runs an experiment in it. */
async function workshop() {
  const folder = await temporaryFolder('weights');
  const runs = join(folder, 'runs');
  const run = async (text: string): Promise<Finished & { runDir: string }> => {
    const file = join(folder, 'it.distill.yaml');
    await writeFile(file, text);
    const finished = await distillery(['--runs', runs, 'run', file, '--json']);
    const last = finished.stdout.trim().split('\n').at(-1) ?? '';
    // A refusal names no run.
    const { run: runDir = '' } = (last === '' ? {} : JSON.parse(last)) as { run?: string };
    return { ...finished, runDir };
  };
  return { runs, run };
}

const teacherOf = async (runDir: string, network: string): Promise<Buffer> =>
  readFile(join((await listCheckpoints(runDir)).at(-1)?.path ?? '', network, 'weights.bin'));

describe('networks that begin with weights of another run', () => {
  it('are those weights, bit for bit, and the stage that would train them is left out', async () => {
    const { runs, run } = await workshop();
    const source = await run(experiment('vanilla'));
    expect(source.code, source.stderr).toBe(0);
    const id = basename(source.runDir);
    const given = experiment('hinton', `weights: { teacher: { run: ${id}, role: student } }`);
    const distilled = await run(given);
    expect(distilled.code, distilled.stderr).toBe(0);
    const record = await readRun(distilled.runDir);
    expect(record.stages.map(({ name, steps }) => [name, steps])).toEqual([
      ['teacher', 0],
      ['distillation', 8],
    ]);
    expect(record.weights?.['teacher']).toMatchObject({ run: id, step: 8, role: 'student', output: 'main' });
    expect(await teacherOf(distilled.runDir, 'teacher')).toEqual(await teacherOf(source.runDir, 'student'));

    // The copy is the run's own: the same numbers again, although the source is gone.
    rmSync(source.runDir, { recursive: true });
    const again = await distillery(['--runs', runs, 'again', record.id, '--json']);
    expect(again.code, again.stderr).toBe(0);
    const { run: repeated } = JSON.parse(again.stdout.trim().split('\n').at(-1) ?? '') as { run: string };
    expect(await effectiveRun(repeated)).toEqual(await effectiveRun(distilled.runDir));
  });

  it('come from a branch of peers, and an ordinary teacher goes on as a student-friendly one', async () => {
    const { run } = await workshop();
    const peers = await run(experiment('pcl'));
    expect(peers.code, peers.stderr).toBe(0);
    const friendly = await run(
      experiment('sftn', `weights: { teacher: { run: ${basename(peers.runDir)}, role: teacher2 } }`),
    );
    expect(friendly.code, friendly.stderr).toBe(0);
    const { stages } = await readRun(friendly.runDir);
    expect(stages.map(({ steps }) => steps)).toEqual([0, 8, 8]);
  });

  it.each([
    ['{ teacher: { run: nothing_here } }', /weights\.teacher: the run nothing_here cannot be read/u],
    ['{ student: { run: RUN } }', /no stage that only trains student/u],
    ['{ teacher: { run: RUN, role: peer7 } }', /no network for the role peer7.*\n?.*Choose one of student/su],
    ['{ teacher: { run: RUN, role: student, checkpoint: 3 } }', /has no checkpoint 3/u],
  ])('%s is refused, and nothing is started', async (weights, message) => {
    const { run } = await workshop();
    const source = await run(experiment('vanilla'));
    const text = weights.replace('RUN', basename(source.runDir));
    const refused = await run(experiment('hinton', `weights: ${text}`));
    expect(refused.code).toBe(2);
    expect(refused.stdout + refused.stderr).toMatch(message);
  });

  it('of another model are refused with both sizes', async () => {
    const { run } = await workshop();
    const source = await run(experiment('vanilla'));
    const text = experiment(
      'hinton',
      `weights: { teacher: { run: ${basename(source.runDir)}, role: student } }`,
    );
    const refused = await run(
      text.replace('default: { name: resnet8 }', 'default: { name: resnet8 }, teacher: { name: resnet14 }'),
    );
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/has 77,\d+ parameters, but resnet14 has \d+,\d+ here/u);
  });
});
