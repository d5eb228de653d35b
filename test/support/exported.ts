import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { argMax, tensor, tidy, type io, type Tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { openDataset } from '../../sidecar/datasets/registry.ts';
import { plainSamples } from '../../sidecar/trainer/evaluation.ts';

/** An exported role, loaded by nothing but TF.js and the files' own words. */
export async function loadExported(folder: string): Promise<LayersModel> {
  const model = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: io.WeightsManifestEntry[] }[];
  };
  const parts = model.weightsManifest.flatMap(({ paths }) =>
    paths.map((path) => readFileSync(join(folder, path))),
  );
  const weightData = Uint8Array.from(Buffer.concat(parts)).buffer;
  return await loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology: model.modelTopology,
        weightSpecs: model.weightsManifest.flatMap(({ weights }) => weights),
        weightData,
      }),
  });
}

/** Share of the first MNIST test images that a model gets right. */
export async function accuracyOf(model: LayersModel, samples: number): Promise<number> {
  const dataset = await openDataset({ name: 'mnist' }, 0);
  const of = { dataset, split: dataset.test, samples: Array.from({ length: samples }, (_, index) => index) };
  const answers = tidy(() => {
    const logits = model.predict(tensor(plainSamples(of, 0, samples), [samples, ...dataset.shape])) as Tensor;
    return argMax(logits, -1).dataSync<'int32'>();
  });
  return answers.filter((answer, index) => answer === dataset.test.labels[index]).length / samples;
}
