import { datasetOptions } from '../datasets/options.ts';
import { methodDeclarations } from '../methods/registry.options.ts';
import { discriminatorValues } from './schemaWalk.ts';

/** Data sets that an experiment can name. */
export const datasetNames = (): string[] => (discriminatorValues(datasetOptions)?.values ?? []).map(String);

/** Methods that an experiment can name, for people to choose from. */
export const methodChoices = (): { name: string; title: string; citation: string }[] =>
  Object.values(methodDeclarations).map(({ name, title, citation }) => ({ name, title, citation }));

/** A new experiment file: a starting point with the few settings that one decides first. */
export function experimentTemplate(file: string, method: string, dataset: string): string {
  const model = dataset === 'mnist' ? 'resnet8' : 'mlp';
  const views = dataset === 'mnist' ? 'views: { crop: { padding: 1 } }\n' : '';
  return `# distillery run ${file}
dataset: { name: ${dataset} }
${views}models: { default: { name: ${model} } }
method: { name: ${method} }
optimizer: { name: sgd, learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5.0e-4 }
schedule: { name: cosine }
training: { epochs: 20, batchSize: 64, seed: 42, validation: 0.1 }
`;
}
