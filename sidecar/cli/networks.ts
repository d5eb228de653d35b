import { readFile } from 'node:fs/promises';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { backendOptions } from '../backends/options.ts';
import { parseExperiment } from '../config/load.ts';
import { writeFileAtomic } from '../store/atomicFile.ts';
import { listCheckpoints, readCheckpoint, type Checkpoint } from '../store/checkpoints.ts';
import { readRun, RESOLVED_FILE } from '../store/runs.ts';
import { networkFiles, restoreNetworks } from '../trainer/checkpointCodec.ts';
import { evaluate } from '../trainer/evaluation.ts';
import { openSession, type Session } from '../trainer/session.ts';
import { findRun } from './findRun.ts';
import { BadInput, EXIT, say, sayJson, table, tell } from './output.ts';

/** A run's networks as a checkpoint has them. @param at a step, `best` or `last` */
async function opened(
  runsFolder: string,
  name: string,
  at: string,
): Promise<{ session: Session; checkpoint: Checkpoint }> {
  const runDir = await findRun(runsFolder, name);
  const file = join(runDir, RESOLVED_FILE);
  const { resolved } = parseExperiment(file, await readFile(file, 'utf8'));
  if (!resolved) throw new BadInput(`${file} is not valid for this version of Distillery.`);
  const checkpoint = await chosen(runDir, at);
  const { backend } = await readRun(runDir);
  const session = await openSession(resolved, backendOptions.catch('auto').parse(backend?.name), process.env);
  restoreNetworks(session.training, await readCheckpoint(checkpoint));
  return { session, checkpoint };
}

async function chosen(runDir: string, at: string): Promise<Checkpoint> {
  const all = await listCheckpoints(runDir);
  const record = await readRun(runDir);
  const step =
    at === 'last' ? all.at(-1)?.step : at === 'best' ? (record.best?.step ?? all.at(-1)?.step) : Number(at);
  const found = all.find((checkpoint) => checkpoint.step === step);
  if (found) return found;
  const steps = all.map((checkpoint) => checkpoint.step).join(', ');
  throw new BadInput(
    `${record.id} has no checkpoint ${at}. It has ${steps === '' ? 'none' : `those of steps ${steps}`}.`,
  );
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
  const { session, checkpoint } = await opened(runsFolder, name, options.checkpoint);
  const { training, dataset, sampler } = session;
  if (training.evaluation.kind === 'custom')
    throw new BadInput('This method does not classify: it has no split to evaluate on.');
  const of =
    data === 'test'
      ? { dataset, split: dataset.test, samples: Uint32Array.from(dataset.test.labels, (_, index) => index) }
      : { dataset, split: dataset.train, samples: sampler.validation };
  if (of.samples.length === 0) throw new BadInput(`The run has no ${data} split.`);
  tell(`step ${checkpoint.step} on ${of.samples.length} ${data} samples, backend ${session.backend.name}`);
  const { metrics, diversity } = await evaluate(training.evaluation, of, 250, breathe);
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

/** One role as a TF.js layers model that plain `tf.loadLayersModel` runs. */
export async function exportRole(
  runsFolder: string,
  name: string,
  options: { role: string; out: string; checkpoint: string },
): Promise<number> {
  const out = resolve(options.out);
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new BadInput(`${out} is not empty. Choose another folder.`);
  const { session, checkpoint } = await opened(runsFolder, name, options.checkpoint);
  const { roles, networks } = session.training;
  const wanted = options.role === 'best' ? await bestRole(session) : options.role;
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

/** The role of the method's headline that does best on the validation split: what one would deploy. */
async function bestRole({ training, dataset, sampler }: Session): Promise<string> {
  const { evaluation } = training;
  if (evaluation.kind === 'custom') throw new BadInput('This method has no best role: name one.');
  const { metrics } = await evaluate(evaluation, validationSplit(dataset, sampler), 250, breathe);
  const top1 = (role: string) => metrics[role]?.top1 ?? -1;
  const [best] = evaluation.best.among.toSorted((a, b) => top1(b) - top1(a));
  if (best === undefined) throw new BadInput('This method has no best role: name one.');
  return best;
}

/** Without a validation split the training data itself must tell. */
const validationSplit = (dataset: Session['dataset'], { validation }: Session['sampler']) => ({
  dataset,
  split: dataset.train,
  samples: validation.length > 0 ? validation : Uint32Array.from(dataset.train.labels, (_, index) => index),
});

const breathe = async (): Promise<void> => {
  await setImmediate();
};
