import { z } from 'zod';
import { mlp, mlpOptions } from './mlp.spec.ts';
import { resnet, resnetOptions } from './resnet.spec.ts';
import type { Backbone, Shape } from './spec.ts';

/** The choice of a backbone in an experiment file. */
export const modelOptions = z
  .discriminatedUnion('name', [resnetOptions, mlpOptions])
  .meta({ title: 'Model', description: 'A backbone and its options.' });

export type ModelOptions = z.infer<typeof modelOptions>;

/** @param input shape of one sample @param classes number of logits */
export function backbone(options: ModelOptions, input: Shape, classes: number): Backbone {
  switch (options.name) {
    case 'resnet8':
    case 'resnet20':
    case 'resnet32':
      return resnet(options, classes);
    case 'mlp':
      return mlp(options, input, classes);
  }
}
