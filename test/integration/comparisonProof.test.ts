import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { mean, setBackend, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { model as modelOf, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../sidecar/datasets/registry.ts';
import { comparisonSchema, type Comparison } from '../../sidecar/protocol/comparison.ts';
import { Stream } from '../../sidecar/random/stream.ts';
import { loadExported } from '../support/exported.ts';
import {
  answer,
  centredKernel,
  hsicCka,
  mcnemarExact,
  metrics,
  type Matrix,
} from '../support/naiveComparison.ts';
import { distillery, temporaryFolder } from '../support/processes.ts';

const [LIMIT, VALIDATION, SEED] = [2500, 500, 42];

const experiment = (method: string, epochSteps: number) => `
dataset: { name: mnist, limit: ${LIMIT} }
models: { default: { name: resnet8 } }
method: ${method}
training: { epochs: 2, epochSteps: ${epochSteps}, batchSize: 32, seed: ${SEED}, validation: ${VALIDATION} }
`;

/** Normalised by hand: byte / 255, less 0.1307, by 0.3081. */
async function validationSamples(): Promise<{ x: Float32Array; labels: number[]; files: number[] }> {
  const { train } = await openDataset({ name: 'mnist', limit: LIMIT }, SEED);
  const files = [...Stream.of(SEED, 'split').permutation(LIMIT).slice(0, VALIDATION)].sort((a, b) => a - b);
  const x = Float32Array.from({ length: VALIDATION * 784 }, (_, index) => {
    const byte = train.values[(files[Math.floor(index / 784)] ?? 0) * 784 + (index % 784)] ?? NaN;
    return (byte / 255 - 0.1307) / 0.3081;
  });
  return { x, labels: files.map((file) => train.labels[file] ?? NaN), files };
}

/** Outputs of some layers, images averaged over space, as plain rows. */
function outputsOf(model: LayersModel, x: Float32Array, layers: readonly string[]): number[][][] {
  const outputs = layers.map((name) => model.getLayer(name).output as SymbolicTensor);
  const tapped = modelOf({ inputs: model.inputs, outputs });
  return tidy(() => {
    const found = tapped.predict(tensor(x, [VALIDATION, 28, 28, 1]), { batchSize: 100 });
    return (found as Tensor[]).map((output) =>
      (output.rank === 4 ? mean(output, [1, 2]) : output).arraySync(),
    ) as number[][][];
  });
}

const SUBJECTS = [
  { role: 'teacher2', scope: 'branch2' },
  { role: 'peer1', scope: 'branch1' },
  { role: 'student', scope: 'main' },
] as const;

describe('a comparison of a DKEL teacher, a student peer and a vanilla network on MNIST', () => {
  let comparison: Comparison;
  const models: LayersModel[] = [];
  const outputs: number[][][][] = [];
  const logits: Matrix[] = [];
  const bytes: number[] = [];
  let labels: number[] = [];
  let files: number[] = [];

  beforeAll(async () => {
    const folder = await temporaryFolder('comparison-proof');
    const runs = join(folder, 'runs');
    const made: string[] = [];
    for (const [name, text] of [
      ['dkel', experiment('{ name: dkel, ema: { beta: 0.9 } }', 15)],
      ['vanilla', experiment('{ name: vanilla }', 20)],
    ] as const) {
      const file = join(folder, `${name}.distill.yaml`);
      writeFileSync(file, text);
      const { code, stderr } = await distillery(['--runs', runs, 'run', file]);
      expect(code, stderr).toBe(0);
      made.push(readdirSync(runs).find((run) => !run.startsWith('.') && !made.includes(run)) ?? '');
    }
    const [dkel = '', vanilla = ''] = made;
    const subjects = [`${dkel}:teacher2`, `${dkel}:peer1`, `${vanilla}:student`];
    const { code, stdout, stderr } = await distillery(['--runs', runs, 'compare', ...subjects, '--json']);
    expect(code, stderr).toBe(0);
    comparison = comparisonSchema.parse(JSON.parse(stdout));

    // From here on nothing of ours computes: exported files, TF.js's own layers on its own kernels, plain loops.
    const binaries = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
    setWasmPaths(join(binaries, sep));
    expect(await setBackend('wasm')).toBe(true);
    const samples = await validationSamples();
    ({ labels, files } = samples);
    for (const [index, { role, scope }] of SUBJECTS.entries()) {
      const out = join(folder, role);
      const run = index === 2 ? vanilla : dkel;
      expect((await distillery(['--runs', runs, 'export', run, '--role', role, '--out', out])).code).toBe(0);
      const model = await loadExported(out);
      models.push(model);
      bytes.push(statSync(join(out, 'weights.bin')).size);
      const blocks = ['trunk.stem.2.relu', 'trunk.stage1.1.0.residual', 'trunk.stage2.1.0.residual'];
      const found = outputsOf(model, samples.x, [
        ...blocks,
        `${scope}.stage3.1.0.residual`,
        `${scope}.head.0.dense`,
      ]);
      outputs.push(found);
      logits.push(found.at(-1) ?? []);
    }
    expect(readFileSync(join(folder, 'peer1', 'model.json'), 'utf8')).toContain('layers-model');
  }, 300_000);

  it('is on the same samples, and has the same metrics, sizes and answers', () => {
    expect(comparison.samples).toBe(VALIDATION);
    expect(comparison.warnings).toEqual([]);
    comparison.subjects.forEach((subject, index) => {
      const own = metrics(logits[index] ?? [], labels);
      expect([subject.top1, subject.top5]).toEqual([own.top1, own.top5]);
      expect(subject.crossEntropy / own.crossEntropy).toBeCloseTo(1, 4);
      expect(subject.ece / own.ece).toBeCloseTo(1, 4);
      expect(subject.network?.bytes).toBe(bytes[index]);
      expect(subject.network?.parameters).toBe(
        models[index]?.trainableWeights.reduce(
          (sum, { shape }) => sum + shape.reduce<number>((n, e) => n * (e ?? 1), 1),
          0,
        ),
      );
      for (const [label, predicted, count] of subject.confusion) {
        const counted = labels.filter(
          (each, sample) => each === label && answer(logits[index]?.[sample] ?? []) === predicted,
        );
        expect(counted.length).toBe(count);
      }
    });
    for (const { sample, label, answers } of comparison.images) {
      const place = files.indexOf(sample);
      expect(label).toBe(labels[place]);
      expect(answers.map((each) => each.class)).toEqual(logits.map((all) => answer(all[place] ?? [])));
    }
    expect(comparison.images.length).toBe(48);
  });

  it('counts the same flips, and finds the same p and agreement', () => {
    const answers = logits.map((all) => all.map((row) => answer(row)));
    comparison.differences.forEach(({ mcnemar, outcomes, top1 }, index) => {
      const [reference = [], own = []] = [answers[0], answers[index + 1]];
      const where = (wanted: (a: boolean, b: boolean) => boolean) =>
        labels.filter((label, sample) => wanted(reference[sample] === label, own[sample] === label)).length;
      const [b, c] = [where((a, other) => a && !other), where((a, other) => !a && other)];
      expect(mcnemar).toMatchObject({ onlyReference: b, onlyOther: c, test: 'exact' });
      expect(mcnemar.p / mcnemarExact(b, c)).toBeCloseTo(1, 10);
      expect([outcomes.broken, outcomes.fixed, outcomes.bothRight]).toEqual([
        b,
        c,
        where((a, other) => a && other),
      ]);
      expect(top1).toBeCloseTo((c - b) / VALIDATION, 12);
    });
    const agreement = answers.map((a) =>
      answers.map((b) => a.filter((each, sample) => each === b[sample]).length / VALIDATION),
    );
    expect(comparison.agreement).toEqual(agreement);
  });

  it('measures the same weight distances', () => {
    const weightsOf = (index: number) =>
      new Map(
        models[index]?.weights.map((weight) => [
          weight.originalName.replaceAll('.', '/').replace(`${SUBJECTS[index]?.scope ?? ''}/`, 'branch/'),
          [...weight.read().dataSync()],
        ]),
      );
    const reference = weightsOf(0);
    comparison.differences.forEach(({ weights }, index) => {
      const other = weightsOf(index + 1);
      expect(weights?.onlyReference).toEqual([]);
      const trainable = models[0]?.trainableWeights.length;
      expect(weights?.tensors.length).toBe(trainable);
      for (const { name, distance, relative, cosine } of weights?.tensors ?? []) {
        const key = name.replaceAll('.', '/');
        const [a, b] = [reference.get(key) ?? [], other.get(key) ?? []];
        expect(a.length, key).toBeGreaterThan(0);
        const norm = (values: readonly number[]) => Math.hypot(...values);
        const difference = norm(a.map((value, at) => value - (b[at] ?? NaN)));
        expect(distance).toBeCloseTo(difference, 5);
        expect(relative / (difference / norm(a))).toBeCloseTo(1, 4);
        const dot = a.reduce((sum, value, at) => sum + value * (b[at] ?? NaN), 0);
        expect(cosine).toBeCloseTo(dot / (norm(a) * norm(b)), 5);
      }
    });
  });

  it('finds the same CKA by another formula', () => {
    const kernels = outputs.map((blocks) => blocks.map((features) => centredKernel(features)));
    comparison.differences.forEach(({ cka }, index) => {
      const expected = kernels[0]?.map((own) => kernels[index + 1]?.map((other) => hsicCka(own, other)));
      expect(cka?.length).toBe(5);
      cka?.forEach((row, i) => {
        row.forEach((value, j) => {
          expect(value / (expected?.[i]?.[j] ?? NaN)).toBeCloseTo(1, 4);
        });
      });
    });
  });
});
