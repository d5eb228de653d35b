/**
 * DKEL and PCL with ResNet-32 on CIFAR-10 images against the same formulas in PyTorch in double precision, from the same weights and
 * batches: every loss term of the first 20 steps within 1e-3, and afterwards no farther apart than PyTorch in single precision is.
 *
 * The first 20 steps are taken at a rate of 5e-6, where rounding matters least: at 1e-5 PyTorch's own two precisions are up to 1.4e-3
 * apart within them. At 0.05, PyTorch from weights shaken by 1e-6 is 1.5e-3 from itself after one step and 1e-1 after four.
 *
 * DISTILLERY_PYTHON=… DISTILLERY_CIFAR10=<folder of train/ and test/> npm run proof:peers
 *
 * DISTILLERY_PROOF_OUT keeps the curves as JSON; DISTILLERY_PROOF_STEPS makes it shorter.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from '../../sidecar/backends/prepare.ts';
import { parseExperiment } from '../../sidecar/config/load.ts';
import { probeData } from '../../sidecar/datasets/probe.ts';
import { openDataset } from '../../sidecar/datasets/registry.ts';
import { Sampler } from '../../sidecar/datasets/sampler.ts';
import type { Network } from '../../sidecar/models/network.ts';
import { Optimizer } from '../../sidecar/trainer/optimizer.ts';
import { disposeResult, runPhase } from '../../sidecar/trainer/phase.ts';
import { samplerOptions, trainingOf } from '../../sidecar/trainer/session.ts';
import { CLI, startNode, temporaryFolder } from '../support/processes.ts';

const python = process.env['DISTILLERY_PYTHON'];
const images = process.env['DISTILLERY_CIFAR10'];
const out = process.env['DISTILLERY_PROOF_OUT'];
const STEPS = Number(process.env['DISTILLERY_PROOF_STEPS'] ?? 300);
const BATCH = 16;
/** Steps that are compared term by term, and the rate at which they are taken. */
const CLOSE = 20;
const SLOW = 5e-6;

type Terms = Record<string, number>;

const experimentOf = (method: string): string => `
dataset: { name: imageFolder, path: ${JSON.stringify(images)}, size: 32, mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] }
views: { crop: { padding: 4 }, flip: true }
models: { default: { name: resnet32 } }
method: ${method}
optimizer: { name: sgd, learningRate: 0.02, momentum: 0.9, nesterov: true, weightDecay: 5.0e-4 }
schedule: { name: constant }
training: { epochs: ${STEPS / 20}, epochSteps: 20, batchSize: ${BATCH}, seed: 5 }
`;

const values = (network: Network): { name: string; shape: number[]; data: Float32Array }[] =>
  network.declarations.map(({ name, shape }) => ({
    name,
    shape: [...shape],
    data: Float32Array.from(network.variable(name).dataSync()),
  }));

/** Lines of JSON that the reference prints. */
async function reference(folder: string, ...args: readonly string[]): Promise<Terms[]> {
  const child = spawn(python ?? 'python3', [resolve('test/proofs/peersReference.py'), folder, ...args]);
  let [text, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((done) => child.once('close', done));
  expect(code, errors).toBe(0);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Terms)
    .filter((terms) => 'total' in terms);
}

const average = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

describe.skipIf(!python || !images)('against PyTorch', () => {
  beforeAll(() => prepareBackend('wasm', { env: {} }));

  it.each([
    ['dkel', '{ name: dkel, rampEpochs: 4, ema: { beta: 0.98 } }'],
    ['pcl', '{ name: pcl, rampEpochs: 4, beta: 0.98 }'],
  ])('%s follows the reference', async (name, method) => {
    const folder = await temporaryFolder(`peers-${name}`);
    const file = join(folder, 'peers.distill.yaml');
    writeFileSync(file, experimentOf(method));
    // The program decodes the images; here they are read from its cache.
    const checked = await startNode([CLI, 'data', 'check', file]).finished;
    expect(checked.code, checked.stderr).toBe(0);
    const { resolved, findings } = parseExperiment(file, experimentOf(method), [], probeData);
    if (!resolved?.experiment.dataset) throw new Error(JSON.stringify(findings));
    const { plan, experiment } = resolved;
    const dataset = await openDataset(resolved.experiment.dataset, 5);
    const sampler = new Sampler(dataset, samplerOptions(resolved));
    const training = trainingOf(resolved);
    const { student, teacher } = training.networks as { student: Network; teacher: Network };
    const parts: Buffer[] = [];
    let offset = 0;
    const entries = (network: Network) =>
      values(network).map(({ name: tensor, shape, data }) => {
        parts.push(Buffer.from(data.buffer));
        const entry = { name: tensor, shape, offset };
        offset += data.length;
        return entry;
      });
    const weights = { student: entries(student), teacher: entries(teacher) };
    writeFileSync(join(folder, 'weights.bin'), Buffer.concat(parts));

    const labels: number[][] = [];
    const steps: Terms[] = [];
    const ours: Terms[] = [];
    let initSteps = 0;
    for (const [index, stage] of training.stages.entries()) {
      const planned = plan.stages[index];
      const [phase] = stage.phases;
      if (!planned || !phase) throw new Error('The method has no such stage.');
      const optimizer = new Optimizer(planned.optimizer, planned.schedule);
      for (let stageStep = 0; stageStep < planned.steps; stageStep++) {
        const drawn = sampler.batch(index, stageStep, 3);
        for (const view of drawn.views) appendFileSync(join(folder, 'batches.bin'), Buffer.from(view.buffer));
        labels.push([...drawn.labels]);
        const clock = {
          step: stageStep,
          stageStep,
          epoch: Math.floor(stageStep / plan.stepsPerEpoch),
          stage: stage.name,
        };
        const scheduled = optimizer.learningRate(stageStep / plan.stepsPerEpoch, planned.epochs);
        const isSlow = stage.name !== 'teacherInit' && stageStep < CLOSE;
        const learningRate = isSlow ? SLOW : scheduled;
        const batch = {
          size: drawn.size,
          samples: drawn.samples,
          views: drawn.views.map((view) => tf.tensor(view, [drawn.size, 32, 32, 3])),
          labels: tf.tensor1d(drawn.labels, 'int32'),
        };
        const result = runPhase(phase, batch, clock, () => ({ optimizer, learningRate }));
        tf.tidy(() => stage.afterStep?.(clock, result.finite));
        if (stage.name === 'teacherInit') initSteps++;
        else {
          const { omega = 0, lambda = 0, alpha = 0 } = stage.schedules(clock);
          steps.push({ omega, lambda, alpha, rate: learningRate });
          ours.push({
            ...Object.fromEntries(
              result.terms.map((term) => [`${term.role}/${term.name}`, term.value.dataSync()[0] ?? NaN]),
            ),
            total: result.total.dataSync()[0] ?? NaN,
          });
        }
        disposeResult(result);
        tf.dispose([...batch.views, batch.labels]);
      }
    }
    writeFileSync(
      join(folder, 'reference.json'),
      JSON.stringify({
        ...weights,
        units: 5,
        side: 32,
        batchSize: BATCH,
        temperature: 3,
        weightDecay: 5e-4,
        initSteps,
        initRate: experiment.optimizer.learningRate / 100,
        assembles: name === 'dkel',
        labels,
        steps,
      }),
    );
    const theirs = await reference(folder);
    const single = [
      await reference(folder, '--single'),
      await reference(folder, '--single', '--perturb', '1'),
      await reference(folder, '--single', '--perturb', '2'),
    ];
    if (out !== undefined) {
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, `${name}.json`), JSON.stringify({ ours, theirs, single }));
    }
    expect(theirs).toHaveLength(ours.length);
    const apart = (a: Terms, b: Terms): number =>
      Math.max(
        ...Object.keys(b).map(
          (term) => Math.abs((a[term] ?? NaN) - (b[term] ?? NaN)) / Math.max(1e-3, Math.abs(b[term] ?? NaN)),
        ),
      );
    const early = (run: readonly Terms[]): number =>
      Math.max(...run.slice(0, CLOSE).map((terms, step) => apart(terms, theirs[step] ?? {})));
    const [first, ...rounding] = [ours, ...single].map(early) as [number, number, number, number];
    const late = (run: readonly Terms[]): number => average(run.slice(-100).map(({ total = NaN }) => total));
    const [own, other, ...noisy] = [ours, theirs, ...single].map(late) as [number, number, ...number[]];
    const noise = Math.max(...noisy.map((each) => Math.abs(each - other)));
    console.log(
      `${name}: largest relative difference of any term in the first ${CLOSE} steps ${first.toExponential(1)}, ` +
        `of PyTorch in single precision ${rounding.map((each) => each.toExponential(1)).join(', ')}; ` +
        `mean total of the last 100 steps ${own.toFixed(4)}, PyTorch ${other.toFixed(4)}, in single precision ${noisy.map((each) => each.toFixed(4)).join(', ')}`,
    );
    expect(first).toBeLessThan(1e-3);
    // Chaos parts all of them; what they come to is the same within what it does to PyTorch itself, or two per cent.
    expect(Math.abs(own - other)).toBeLessThan(Math.max(2 * noise, 0.02 * other));
  });
});
