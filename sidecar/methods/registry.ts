import { dkel } from './dkel/index.ts';
import { dpd } from './dpd/index.ts';
import type { MethodOptions } from './registry.options.ts';
import type { Algorithm } from './training.ts';
import { vanilla } from './vanilla/index.ts';

/** Every algorithm by name. */
export const algorithms = { dkel, dpd, vanilla } as const satisfies {
  [Name in MethodOptions['name']]: Algorithm<Extract<MethodOptions, { name: Name }>>;
};

/** The algorithm for options that have been validated as its own. */
export function algorithmOf(options: MethodOptions): Algorithm<MethodOptions> {
  return algorithms[options.name] as Algorithm<MethodOptions>;
}
