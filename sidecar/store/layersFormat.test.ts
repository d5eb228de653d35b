import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLayersModel, encodeLayersModel, weightBytes, type WeightSpec } from './layersFormat.ts';

const spec: fc.Arbitrary<WeightSpec> = fc.record({
  name: fc.string({ minLength: 1 }),
  shape: fc.array(fc.nat(4), { maxLength: 3 }),
  dtype: fc.constantFrom('float32', 'int32', 'bool', 'complex64'),
});

const artifacts = fc.array(spec, { maxLength: 5 }).chain((weightSpecs) => {
  const length = weightSpecs.reduce((sum, one) => sum + weightBytes(one), 0);
  return fc.record(
    {
      modelTopology: fc.constant({ class_name: 'Model', config: { layers: [] } }),
      weightSpecs: fc.constant(weightSpecs),
      weightData: fc.uint8Array({ minLength: length, maxLength: length }),
      userDefinedMetadata: fc.constant({ step: 400, role: 'student' }),
    },
    { requiredKeys: ['modelTopology', 'weightSpecs', 'weightData'] },
  );
});

describe('the layers format', () => {
  it('gives back topology, weights and metadata', () => {
    fc.assert(
      fc.property(artifacts, (model) => {
        const decoded = decodeLayersModel(encodeLayersModel(model));
        expect({ ...decoded, weightData: [...decoded.weightData] }).toEqual({
          ...model,
          weightData: [...model.weightData],
        });
      }),
    );
  });

  it('is what tf.loadLayersModel expects', () => {
    const weights = [{ name: 'dense/kernel', shape: [2, 3], dtype: 'float32' as const }];
    const files = encodeLayersModel({
      modelTopology: {},
      weightSpecs: weights,
      weightData: new Uint8Array(24),
    });
    expect([...files.keys()]).toEqual(['model.json', 'weights.bin']);
    expect(JSON.parse(String(Buffer.from(files.get('model.json') ?? [])))).toEqual({
      modelTopology: {},
      format: 'layers-model',
      generatedBy: 'Distillery',
      convertedBy: null,
      weightsManifest: [{ paths: ['weights.bin'], weights }],
    });
  });

  it('reads quantised weights in several files, as other writers leave them', () => {
    const manifest = {
      modelTopology: null,
      weightsManifest: [
        {
          paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'],
          weights: [
            { name: 'w', shape: [3], dtype: 'float32', quantization: { dtype: 'uint16', scale: 1, min: 0 } },
          ],
        },
      ],
    };
    const files = new Map([
      ['model.json', Buffer.from(JSON.stringify(manifest))],
      ['group1-shard1of2.bin', Buffer.from([1, 2, 3, 4])],
      ['group1-shard2of2.bin', Buffer.from([5, 6])],
    ]);
    expect([...decodeLayersModel(files).weightData]).toEqual([1, 2, 3, 4, 5, 6]);
    files.delete('group1-shard2of2.bin');
    expect(() => decodeLayersModel(files)).toThrow(/no group1-shard2of2\.bin/);
  });

  it('refuses weights that do not fit their shapes', () => {
    const weightSpecs = [{ name: 'w', shape: [2], dtype: 'float32' as const }];
    expect(() =>
      encodeLayersModel({ modelTopology: {}, weightSpecs, weightData: new Uint8Array(7) }),
    ).toThrow(/7 bytes, their shapes ask for 8/);
    const files = new Map([['model.json', Buffer.from('{"modelTopology": {}}')]]);
    expect(() => decodeLayersModel(files)).toThrow(/weightsManifest/);
  });
});
