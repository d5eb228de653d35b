import { z } from 'zod';
import type { MethodDeclaration } from './declaration.ts';
import { clilr, clilrOptions } from './clilr/options.ts';
import { dih, dihOptions } from './dih/options.ts';
import { dkel, dkelOptions } from './dkel/options.ts';
import { dml, dmlOptions } from './dml/options.ts';
import { dpd, dpdOptions } from './dpd/options.ts';
import { ekd, ekdOptions } from './ekd/options.ts';
import { ffl, fflOptions } from './ffl/options.ts';
import { hinton, hintonOptions } from './hinton/options.ts';
import { iakd, iakdOptions } from './iakd/options.ts';
import { kcd, kcdOptions } from './kcd/options.ts';
import { kdcl, kdclOptions } from './kdcl/options.ts';
import { kdml, kdmlOptions } from './kdml/options.ts';
import { meanTeacher, meanTeacherOptions } from './meanTeacher/options.ts';
import { okddip, okddipOptions } from './okddip/options.ts';
import { one, oneOptions } from './one/options.ts';
import { pcl, pclOptions } from './pcl/options.ts';
import { sftn, sftnOptions } from './sftn/options.ts';
import { soteacher, soteacherOptions } from './soteacher/options.ts';
import { supervisionComplexity, supervisionComplexityOptions } from './supervisionComplexity/options.ts';
import { vanilla, vanillaOptions } from './vanilla/options.ts';

/** The choice of a method in an experiment file. */
export const methodOptions = z
  .discriminatedUnion('name', [
    dkelOptions,
    pclOptions,
    sftnOptions,
    soteacherOptions,
    dihOptions,
    iakdOptions,
    kcdOptions,
    ekdOptions,
    kdmlOptions,
    supervisionComplexityOptions,
    dpdOptions,
    vanillaOptions,
    hintonOptions,
    dmlOptions,
    clilrOptions,
    kdclOptions,
    oneOptions,
    okddipOptions,
    fflOptions,
    meanTeacherOptions,
  ])
  .meta({ title: 'Method', description: 'The distillation algorithm and its options.' });

export type MethodOptions = z.infer<typeof methodOptions>;

/** Every method by name, in the order in which they are listed; a new one adds its lines here and one in the algorithm registry. */
export const methodDeclarations = {
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
  [Name in MethodOptions['name']]: MethodDeclaration<Extract<MethodOptions, { name: Name }>>;
};

/** The declaration, typed for options of whatever method. */
export function declarationOf(name: MethodOptions['name']): MethodDeclaration {
  return methodDeclarations[name];
}
