import { stringify } from 'yaml';
import { datasetOptions, type DatasetOptions } from '../datasets/options.ts';
import { environmentFacts, environmentOptions } from '../environments/options.ts';
import type { MethodDeclaration } from '../methods/declaration.ts';
import { methodDeclarations, methodOptions } from '../methods/registry.options.ts';
import { backbone, modelOptions } from '../models/registry.spec.ts';
import { modelNames } from './plan.ts';
import { discriminatorValues } from './schemaWalk.ts';
import type { SourceKind } from './source.ts';

/** Data sets that an experiment can name. */
export const datasetNames = (): string[] => (discriminatorValues(datasetOptions)?.values ?? []).map(String);

/** Methods that an experiment can name, for people to choose from. */
export const methodChoices = (): { name: string; title: string; citation: string }[] =>
  Object.values(methodDeclarations).map(({ name, title, citation }) => ({ name, title, citation }));

const declared = (method: string): MethodDeclaration | undefined =>
  Object.values<MethodDeclaration>(methodDeclarations).find(({ name }) => name === method);

/** What a method learns from: the data sets or the environments that an experiment can name. */
export const sourcesOf = (method: string): { kind: SourceKind; names: string[] } =>
  declared(method)?.source === 'environment'
    ? { kind: 'environment', names: (discriminatorValues(environmentOptions)?.values ?? []).map(String) }
    : { kind: 'dataset', names: datasetNames() };

/**
 * A new experiment file: a starting point with the few settings that one decides first.
 * @param dataset or environment, as the method wants it
 */
export function experimentTemplate(file: string, method: string, dataset: string): string {
  if (sourcesOf(method).kind === 'environment') return actingTemplate(file, method, dataset);
  const { more, views, isImage } = begun(dataset, wantsImages(method));
  return `# distillery run ${file}
dataset: { name: ${dataset}${more} }
${views === '' ? '' : `views: ${views}\n`}models: ${modelsFor(method, isImage)}
method: { name: ${method} }
optimizer: { name: sgd, learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 5.0e-4 }
schedule: { name: cosine }
training: { epochs: 20, batchSize: 64, seed: 42, validation: 0.1 }
`;
}

/** For images a teacher that is larger than its student, where the method has one; else one model for all. */
function modelsFor(method: string, isImage: boolean): string {
  if (!isImage) return '{ default: { name: mlp } }';
  return declared(method)?.models.includes('teacher')
    ? '{ default: { name: resnet8 }, teacher: { name: resnet20 } }'
    : '{ default: { name: resnet8 } }';
}

/** Whether the method has no use for feature vectors. */
function wantsImages(method: string): boolean {
  const options = methodOptions.safeParse({ name: method });
  const declaration = declared(method);
  if (!options.success || !declaration) return false;
  const input = [8];
  const vector = backbone(modelOptions.parse({ name: 'mlp' }), input, 2);
  const names = modelNames(declaration, { method: options.data, models: {} });
  return (
    (declaration.objections?.(options.data, new Map(names.map((name) => [name, vector])), input) ?? [])
      .length > 0
  );
}

/** With the first of the method's options that fits the environment. */
function actingTemplate(file: string, method: string, name: string): string {
  const options = methodOptions.safeParse({ name: method });
  const environment = environmentOptions.safeParse({ name });
  const problem =
    options.success && environment.success
      ? declared(method)?.unfit?.(options.data, environmentFacts(environment.data))
      : null;
  const settled = (problem?.proposals ?? [])
    .slice(0, 1)
    .map(({ path, value }) => `, ${path.join('.')}: ${inlineYaml(value)}`);
  return `# distillery run ${file}
environment: { name: ${name} }
models: { default: { name: mlp, trunk: [64, 64], branch: [] } }
method: { name: ${method}${settled.join('')} }
optimizer: { name: adam, learningRate: 1.0e-3 }
schedule: { name: cosine }
training: { epochs: 20, epochSteps: 1000, batchSize: 128, seed: 42 }
checkpoints: { every: 2000 }
`;
}

/** A plain value on one line. */
const inlineYaml = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();

/** What goes with a data set: settings that it cannot do without, and the usual views. @param images whether vectors will not do */
function begun(
  dataset: string,
  images: boolean,
): { readonly more: string; readonly views: string; readonly isImage: boolean } {
  switch (dataset as DatasetOptions['name']) {
    case 'mnist':
    case 'fashionMnist':
      return { more: '', views: '{ crop: { padding: 1 } }', isImage: true };
    case 'cifar10':
    case 'cifar100':
    case 'tinyImageNet':
      return { more: '', views: '{ crop: { padding: 4 }, flip: true }', isImage: true };
    case 'imageFolder':
      return {
        more: ', path: images, size: 32',
        views: '{ crop: { padding: 4 }, flip: true }',
        isImage: true,
      };
    case 'synthetic':
      return { more: images ? ', shape: [16, 16, 3]' : '', views: '', isImage: images };
  }
}
