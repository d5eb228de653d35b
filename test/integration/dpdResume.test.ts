import { setTimeout as pause } from 'node:timers/promises';
import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { probeData } from '../../sidecar/datasets/probe.ts';
import { prepareRun } from '../../sidecar/launchers/prepareRun.ts';
import { Stream } from '../../sidecar/random/stream.ts';
import { readRun } from '../../sidecar/store/runs.ts';
import { effectiveRun } from '../support/effective.ts';
import { startNode, temporaryFolder } from '../support/processes.ts';

const trainer = resolve('dist/sidecar/trainer.js');
const SMALL = ['training.epochs=4', 'training.epochSteps=60', 'checkpoints.every=37', 'logging.every=7'];
const RUNS = {
  pendulum: ['method.algorithm.warmup=30', 'method.algorithm.replay=100', 'method.evaluationEpisodes=2'],
  cartpole: ['method.algorithm.normaliseObservations=true', 'method.evaluationEpisodes=2'],
  cliffwalking: ['method.evaluationEpisodes=2'],
} as const;

async function newRun(folder: string, name: keyof typeof RUNS): Promise<string> {
  const prepared = await prepareRun(
    folder,
    {
      experiment: { path: `examples/dpd-${name}.distill.yaml` },
      overrides: [...SMALL, ...RUNS[name]],
      status: 'preparing',
    },
    probeData,
  );
  if (prepared.kind === 'invalid') throw new Error(JSON.stringify(prepared.findings));
  return prepared.runDir;
}

const exhibits = (runDir: string): string => readFileSync(join(runDir, 'exhibits.json'), 'utf8');

describe.each(Object.keys(RUNS) as (keyof typeof RUNS)[])('dpd-%s', (name) => {
  it('that was killed, and killed again, is the run that never was', async () => {
    const folder = await temporaryFolder(`dpd-${name}`);
    const once = await newRun(folder, name);
    const ended = await startNode([trainer, once]).finished;
    expect(ended.code, ended.stderr).toBe(0);
    const expected = await effectiveRun(once);
    expect(Object.keys(expected.series)).toContain('evaluation/best/return');

    const killed = await newRun(folder, name);
    const moments = Stream.of(2, `kill/${name}`);
    let kills = 0;
    for (let attempt = 0; ; attempt++) {
      const { child, finished } = startNode([trainer, killed]);
      const over = await Promise.race([finished, pause(700 + 900 * moments.uniform(attempt))]);
      if (over) {
        expect(over.code, over.stderr).toBe(0);
        break;
      }
      child.kill('SIGKILL');
      await finished;
      kills += 1;
      if (kills === 8) {
        const last = await startNode([trainer, killed]).finished;
        expect(last.code, last.stderr).toBe(0);
        break;
      }
    }
    expect(kills).toBeGreaterThan(0);
    expect(await effectiveRun(killed)).toEqual(expected);
    expect(exhibits(killed)).toBe(exhibits(once));
    const [a, b] = [await readRun(once), await readRun(killed)];
    expect(b).toMatchObject({ status: 'completed', best: a.best, test: a.test, step: a.step });
    expect(Object.keys(a.test ?? {})).toEqual(['learner1', 'learner2', 'best']);
  });
});
