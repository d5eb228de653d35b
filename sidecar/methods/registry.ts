import { clilr } from './clilr/index.ts';
import { dih } from './dih/index.ts';
import { dkel } from './dkel/index.ts';
import { dml } from './dml/index.ts';
import { dpd } from './dpd/index.ts';
import { ekd } from './ekd/index.ts';
import { ffl } from './ffl/index.ts';
import { hinton } from './hinton/index.ts';
import { iakd } from './iakd/index.ts';
import { kcd } from './kcd/index.ts';
import { kdcl } from './kdcl/index.ts';
import { kdml } from './kdml/index.ts';
import { meanTeacher } from './meanTeacher/index.ts';
import { okddip } from './okddip/index.ts';
import { one } from './one/index.ts';
import { pcl } from './pcl/index.ts';
import { sftn } from './sftn/index.ts';
import { soteacher } from './soteacher/index.ts';
import { supervisionComplexity } from './supervisionComplexity/index.ts';
import { vanilla } from './vanilla/index.ts';
import type { MethodOptions } from './registry.options.ts';
import type { Algorithm } from './training.ts';

/** Every algorithm by name. */
export const algorithms = {
  dkel,
  pcl,
  sftn,
  soteacher,
  dih,
  iakd,
  kcd,
  ekd,
  kdml,
  supervisionComplexity,
  dpd,
  vanilla,
  hinton,
  dml,
  clilr,
  kdcl,
  one,
  okddip,
  ffl,
  meanTeacher,
} as const satisfies {
  [Name in MethodOptions['name']]: Algorithm<Extract<MethodOptions, { name: Name }>>;
};

/** The algorithm for options that have been validated as its own. */
export function algorithmOf(options: MethodOptions): Algorithm<MethodOptions> {
  return algorithms[options.name] as Algorithm<MethodOptions>;
}
