import { z } from 'zod';
import { densenet, densenetOptions } from './densenet.spec.ts';
import { lenet, lenetOptions } from './lenet.spec.ts';
import { mlp, mlpOptions } from './mlp.spec.ts';
import { mobilenet, mobilenetOptions } from './mobilenet.spec.ts';
import { resnet, resnetOptions } from './resnet.spec.ts';
import { shufflenet, shufflenetOptions } from './shufflenet.spec.ts';
import type { Backbone, Shape } from './spec.ts';
import { vgg, vggOptions } from './vgg.spec.ts';
import { wideResnet, wideResnetOptions } from './wideResnet.spec.ts';

/** The choice of a backbone in an experiment file. */
export const modelOptions = z
  .discriminatedUnion('name', [
    resnetOptions,
    wideResnetOptions,
    vggOptions,
    densenetOptions,
    mobilenetOptions,
    shufflenetOptions,
    lenetOptions,
    mlpOptions,
  ])
  .meta({ title: 'Model', description: 'A backbone and its options.' });

export type ModelOptions = z.infer<typeof modelOptions>;

/** @param input shape of one sample @param classes number of logits */
export function backbone(options: ModelOptions, input: Shape, classes: number): Backbone {
  switch (options.name) {
    case 'vgg8':
    case 'vgg11':
    case 'vgg13':
    case 'vgg16':
    case 'vgg19':
      return vgg(options, classes);
    case 'wrn_16_1':
    case 'wrn_16_2':
    case 'wrn_28_2':
    case 'wrn_40_1':
    case 'wrn_40_2':
      return wideResnet(options, classes);
    case 'densenetd40k12':
      return densenet(options, classes);
    case 'mobilenetv2':
      return mobilenet(options, classes);
    case 'shufflenetv1':
    case 'shufflenetv2':
      return shufflenet(options, classes);
    case 'lenet5':
      return lenet(options, classes);
    case 'mlp':
      return mlp(options, input, classes);
    default:
      return resnet(options, classes);
  }
}
