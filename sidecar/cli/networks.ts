import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { backendOptions } from '../backends/options.ts';
import { writeFileAtomic } from '../store/atomicFile.ts';
import { readCheckpoint, type Checkpoint } from '../store/checkpoints.ts';
import { chosenCheckpoint } from '../store/chosenCheckpoint.ts';
import { readRun } from '../store/runs.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import { bestRole } from '../trainer/bestRole.ts';
import { networkFiles, restoreNetworks } from '../trainer/checkpointCodec.ts';
import { evaluate, splitOf } from '../trainer/evaluation.ts';
import { resolvedRun } from '../trainer/resolvedRun.ts';
import { openSession, type Session } from '../trainer/session.ts';
import { checkpointNamed } from './checkpointNamed.ts';
import { findRun } from './findRun.ts';
import { metricTable } from './metricTable.ts';
import { BadInput, EXIT, say, sayJson, table, tell } from './output.ts';

/** A run's networks as a checkpoint has them. @param at a step, `best` or `last` */
async function openedAt(
  runsFolder: string,
  name: string,
  at: string,
): Promise<{ session: Session; checkpoint: Checkpoint; headline: RunRecord['headline'] }> {
  const runDir = await findRun(runsFolder, name);
  const resolved = await resolvedRun(runDir);
  const checkpoint = await chosenCheckpoint(runDir, checkpointNamed(at));
  const { backend, headline } = await readRun(runDir);
  const session = await openSession(resolved, backendOptions.catch('auto').parse(backend?.name), process.env);
  restoreNetworks(session.training, await readCheckpoint(checkpoint));
  return { session, checkpoint, headline };
}

/** Every role of a checkpoint on a split. */
export async function evaluateRun(
  runsFolder: string,
  name: string,
  options: { data: string; checkpoint: string; json: boolean },
): Promise<number> {
  const { data } = options;
  if (data !== 'validation' && data !== 'test')
    throw new BadInput(`--data is ${data}. Expected validation or test.`);
  const { session, checkpoint } = await openedAt(runsFolder, name, options.checkpoint);
  const { training, data: opened } = session;
  if (training.evaluation.kind === 'custom' || !opened)
    return testOwn(session, checkpoint.step, options.json);
  const of = splitOf(data, opened.dataset, opened.sampler.validation);
  if (of.samples.length === 0) throw new BadInput(`The run has no ${data} split.`);
  tell(`step ${checkpoint.step} on ${of.samples.length} ${data} samples, backend ${session.backend.name}`);
  const { metrics, diversity } = await evaluate(training.evaluation, of, 250, null, breathe);
  if (options.json) sayJson({ event: 'eval', step: checkpoint.step, data, metrics, diversity });
  else
    say(
      table([
        ['role', 'top-1 %', 'top-5 %', 'cross-entropy', 'ECE'],
        ...Object.entries(metrics).map(([role, m]) => [
          role,
          (100 * m.top1).toFixed(2),
          (100 * m.top5).toFixed(2),
          m.crossEntropy.toFixed(4),
          m.ece.toFixed(4),
        ]),
      ]),
    );
  return EXIT.ok;
}

/** What a method that does not classify measures of its roles by itself. */
async function testOwn({ training, backend }: Session, step: number, json: boolean): Promise<number> {
  const { evaluation } = training;
  const metrics = (evaluation.kind === 'custom' ? await evaluation.test?.() : null) ?? null;
  if (!metrics) throw new BadInput('This method neither classifies nor has a test of its own.');
  tell(`step ${step}, the method’s own test, backend ${backend.name}`);
  if (json) sayJson({ event: 'eval', step, data: 'test', metrics, diversity: {} });
  else say(table(metricTable(metrics)));
  return EXIT.ok;
}

/** One role as a TF.js layers model that plain `tf.loadLayersModel` runs. */
export async function exportRole(
  runsFolder: string,
  name: string,
  options: { role: string; out: string; checkpoint: string },
): Promise<number> {
  const out = resolve(options.out);
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new BadInput(`${out} is not empty. Choose another folder.`);
  const { session, checkpoint, headline } = await openedAt(runsFolder, name, options.checkpoint);
  const { roles, networks } = session.training;
  const wanted = options.role === 'best' ? await bestRole(session, headline, breathe) : options.role;
  const role = roles.find(({ id }) => id === wanted);
  const exportable = roles.filter(({ path }) => path).map(({ id }) => id);
  if (!role?.path)
    throw new BadInput(`${options.role} cannot be exported. Choose best or one of ${exportable.join(', ')}.`);
  const network = networks[role.path.network];
  if (!network) throw new BadInput(`The run has no network ${role.path.network}.`);
  mkdirSync(out, { recursive: true });
  for (const [file, bytes] of await networkFiles(network, [role.path.output]))
    writeFileAtomic(join(out, file), bytes);
  say(`${role.id} of step ${checkpoint.step}: ${join(out, 'model.json')}`);
  return EXIT.ok;
}

const breathe = async (): Promise<void> => {
  await setImmediate();
};
