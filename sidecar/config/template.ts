import { datasetOptions, type DatasetOptions } from '../datasets/options.ts';
import { methodDeclarations } from '../methods/registry.options.ts';
import { discriminatorValues } from './schemaWalk.ts';

/** Data sets that an experiment can name. */
export const datasetNames = (): string[] => (discriminatorValues(datasetOptions)?.values ?? []).map(String);

/** Methods that an experiment can name, for people to choose from. */
export const methodChoices = (): { name: string; title: string; citation: string }[] =>
  Object.values(methodDeclarations).map(({ name, title, citation }) => ({ name, title, citation }));

/** A new experiment file: a starting point with the few settings that one decides first. */
export function experimentTemplate(file: string, method: string, dataset: string): string {
  const { more, views, model } = begun(dataset);
  return `# distillery run ${file}
dataset: { name: ${dataset}${more} }
${views === '' ? '' : `views: ${views}\n`}models: { default: { name: ${model} } }
method: { name: ${method} }
optimizer: { name: sgd, learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5.0e-4 }
schedule: { name: cosine }
training: { epochs: 20, batchSize: 64, seed: 42, validation: 0.1 }
`;
}

/** What goes with a data set: settings that it cannot do without, the usual views, and a model that can read it. */
function begun(dataset: string): { readonly more: string; readonly views: string; readonly model: string } {
  switch (dataset as DatasetOptions['name']) {
    case 'mnist':
    case 'fashionMnist':
      return { more: '', views: '{ crop: { padding: 1 } }', model: 'resnet8' };
    case 'cifar10':
    case 'cifar100':
    case 'tinyImageNet':
      return { more: '', views: '{ crop: { padding: 4 }, flip: true }', model: 'resnet8' };
    case 'imageFolder':
      return {
        more: ', path: images, size: 32',
        views: '{ crop: { padding: 4 }, flip: true }',
        model: 'resnet8',
      };
    case 'synthetic':
      return { more: '', views: '', model: 'mlp' };
  }
}
