import { describe, expect, it } from 'vitest';
import { estimateOf } from './estimate.ts';
import { parseExperiment } from './load.ts';
import { experimentTemplate, methodChoices, sourcesOf } from './template.ts';

const DATA = 'dataset: { name: synthetic }\n';
const ENVIRONMENT = 'environment: { name: pendulum }\n';
const REST = 'models: { default: { name: mlp } }\n';
const dpd = (options = '') => `method: { name: dpd${options} }\n`;
const parsed = (text: string) => parseExperiment('x.distill.yaml', text);
const codes = (text: string) => parsed(text).findings.map(({ code, path, line }) => [code, path, line]);

describe('an experiment has a data set or an environment', () => {
  it.each([
    ['neither, unknown method', REST, ['missingKey', 'dataset']],
    ['neither, of a method that acts', `${REST}${dpd()}`, ['missingKey', 'environment']],
    [
      'neither, of a method that learns from samples',
      `${REST}method: { name: vanilla }\n`,
      ['missingKey', 'dataset'],
    ],
    ['both', `${DATA}${ENVIRONMENT}${REST}${dpd()}`, ['wrongSource', 'dataset']],
    [
      'both, for samples',
      `${DATA}${ENVIRONMENT}${REST}method: { name: vanilla }\n`,
      ['wrongSource', 'environment'],
    ],
    ['the other one', `${DATA}${REST}${dpd()}`, ['wrongSource', 'dataset']],
    [
      'the other one, for samples',
      `${ENVIRONMENT}${REST}method: { name: dkel }\n`,
      ['wrongSource', 'environment'],
    ],
  ] as const)('%s', (_name, text, [code, path]) => {
    const found = codes(text).filter(([, at]) => at !== 'method');
    expect(found).toEqual([[code, path, text.split('\n').findIndex((row) => row.startsWith(path)) + 1 || 1]]);
    expect(parsed(text).resolved).toBeNull();
  });

  it('says where the method cannot act, and what could', () => {
    const text = `environment: { name: cartPole }\n${REST}${dpd()}`;
    expect(codes(text)).toEqual([['environmentUnfit', 'environment.name', 1]]);
    const table = `environment: { name: pendulum }\n${REST}${dpd(', algorithm: { name: tabular }')}`;
    expect(codes(table)).toEqual([['environmentUnfit', 'environment.name', 1]]);
    const fits = `environment: { name: cliffWalking }\n${REST}${dpd(', algorithm: { name: tabular }')}`;
    expect(codes(fits)).toEqual([]);
  });

  it('plans epochs of a thousand steps unless told, and estimates the networks that really are', () => {
    const { resolved } = parsed(`${ENVIRONMENT}${REST}${dpd()}training: { epochs: 3 }\n`);
    if (!resolved) throw new Error('not valid');
    const { plan, experiment } = resolved;
    expect({ steps: plan.totalSteps, source: plan.source, splits: plan.splits }).toEqual({
      steps: 3000,
      source: 'pendulum',
      splits: { train: 0, validation: 0, test: 0 },
    });
    // [3, 64, 32, 1], and with the action [4, 64, 32, 1].
    const networks = estimateOf(experiment, plan)?.networks;
    expect(networks?.get('actor1')).toBe(3 * 64 + 64 + 64 * 32 + 32 + 32 + 1);
    expect(networks?.get('critic2')).toBe(4 * 64 + 64 + 64 * 32 + 32 + 32 + 1);
    expect(networks?.size).toBe(8);
    expect(codes(`${ENVIRONMENT}${REST}${dpd()}training: { epochs: 3, epochSteps: 10 }\n`)).toEqual([
      ['checkpointAfterEnd', 'checkpoints.every', 1],
    ]);
  });

  it('says of settings about samples that they change nothing', () => {
    const idle =
      'views: { flip: true }\ntraining: { validation: 0.2 }\nlogging: { samples: 3 }\nevaluation: { batchSize: 10 }\n';
    expect(codes(`${ENVIRONMENT}${REST}${dpd()}${idle}`).map(([code, path]) => [code, path])).toEqual([
      ['noEffect', 'views'],
      ['noEffect', 'training.validation'],
      ['noEffect', 'logging.samples'],
      ['noEffect', 'evaluation.batchSize'],
    ]);
  });

  it('offers templates that can be run, for every method and whatever it learns from', () => {
    for (const { name } of methodChoices())
      for (const source of sourcesOf(name).names) {
        const { resolved, findings } = parsed(experimentTemplate('x.distill.yaml', name, source));
        expect(
          findings.filter(({ severity }) => severity === 'error'),
          `${name} ${source}`,
        ).toEqual([]);
        expect(resolved?.plan.source).toBe(source);
      }
  });
});
