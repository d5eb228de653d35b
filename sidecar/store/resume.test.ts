import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointsFolder, listCheckpoints } from './checkpoints.ts';
import { EventReader, findEventFile, readEvents } from './eventReader.ts';
import { readRun } from './runs.ts';
import { SeriesStore } from './seriesStore.ts';
import { bundle } from './testing/nodeProgram.ts';
import { createStandInRun, STAND_IN_TRAINER, startStandIn } from './testing/standInRun.ts';
import { expectedSeries } from './testing/standInSeries.ts';
import { temporaryFolder } from './testing/temporaryFolder.ts';

const root = temporaryFolder();
let trainer = '';
beforeAll(async () => {
  trainer = await bundle(STAND_IN_TRAINER, root);
});

async function series(runDir: string): Promise<SeriesStore> {
  const path = await findEventFile(runDir);
  const store = new SeriesStore();
  if (path !== null) store.add((await readEvents(path)).events);
  return store;
}

const lastStep = async (runDir: string): Promise<number> =>
  (await series(runDir)).snapshot(1e9).series['train/peer1/loss']?.steps.at(-1) ?? 0;

function withoutWalls(store: SeriesStore): unknown {
  return Object.fromEntries(
    Object.entries(store.snapshot(1e9).series).map(([tag, { steps, values }]) => [tag, { steps, values }]),
  );
}

describe('a run whose trainer is killed again and again', () => {
  it('has every step once in the end, for one who reads it whole and for one who followed it', async () => {
    const { runDir } = createStandInRun(mkdtempSync(join(root, 'runs-')), 300, {
      stepMs: 2,
      checkpointEvery: 20,
    });
    const followed = new SeriesStore();
    let reader: EventReader | null = null;
    const follow = async (): Promise<void> => {
      const path = await findEventFile(runDir);
      if (path === null) return;
      reader ??= new EventReader(path);
      for (;;) {
        const batch = await reader.read();
        expect(batch.restarted).toBe(false);
        followed.add(batch.events);
        if (batch.atEnd) return;
      }
    };
    for (const target of [30, 90, 150]) {
      const child = startStandIn(trainer, runDir);
      await expect
        .poll(
          async () => {
            await follow();
            return await lastStep(runDir);
          },
          { timeout: 30_000 },
        )
        .toBeGreaterThan(target);
      child.kill('SIGKILL');
      await once(child, 'exit');
      // Once without any checkpoint: a start from nothing must do as well.
      if (target === 90) rmSync(checkpointsFolder(runDir), { recursive: true });
    }
    const [code] = (await once(startStandIn(trainer, runDir), 'exit')) as [number];
    expect(code).toBe(0);
    await follow();
    const store = await series(runDir);
    expect(withoutWalls(store)).toEqual(expectedSeries(300));
    expect(withoutWalls(followed)).toEqual(expectedSeries(300));
    expect(store.seams).toHaveLength(3);
    expect(await readRun(runDir)).toMatchObject({ status: 'completed', step: 300 });
    expect((await listCheckpoints(runDir)).at(-1)?.step).toBe(300);
  });
});
