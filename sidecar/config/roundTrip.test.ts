import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { acceptedExperiments } from '../../test/support/experiments.ts';
import { parseData, resolve } from './check.ts';
import { experimentSchema } from './experiment.ts';
import { parseExperiment } from './load.ts';
import { inSchemaOrder } from './schemaWalk.ts';
import { flat, settingTree } from './settingTree.ts';

/** Maps whose keys are names that people choose. */
const NAMED = ['models', 'stages', 'weights', 'method.alphas'];

describe('random experiments', () => {
  it('resolve, written and read again, to themselves', () => {
    fc.assert(
      fc.property(acceptedExperiments, (data) => {
        const parsed = parseData(data);
        if (!parsed) throw new Error('not accepted');
        const resolved = resolve(parsed).experiment;
        const text = stringify(inSchemaOrder(experimentSchema, resolved), { lineWidth: 0 });
        const again = parseData(parseYaml(text));
        expect(again && resolve(again).experiment).toEqual(resolved);
      }),
      { numRuns: 300 },
    );
  });

  it('cover every key of the schema', () => {
    const seen = new Set<string>();
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      for (const [key, inner] of Object.entries(value)) {
        const name = NAMED.includes(path) ? '*' : key;
        const at = path === '' ? name : `${path}.${name}`;
        seen.add(at);
        visit(inner, at);
      }
    };
    for (const data of fc.sample(acceptedExperiments, { numRuns: 2000, seed: 7 })) visit(data, '');
    const all = flat(settingTree()).flatMap(({ path, keys }) => keys.map((key) => [...path, key].join('.')));
    expect(all.filter((path) => !seen.has(path))).toEqual([]);
  });
});

/** The data as the checker reads it. */
function parseYaml(text: string): unknown {
  const { findings } = parseExperiment('x', text);
  expect(findings.filter(({ code }) => code === 'yamlSyntax')).toEqual([]);
  return parse(text);
}
