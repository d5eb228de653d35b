import { z } from 'zod';
import { dkel, dkelOptions } from './dkel/options.ts';
import { dpd, dpdOptions } from './dpd/options.ts';
import type { MethodDeclaration } from './declaration.ts';
import { vanilla, vanillaOptions } from './vanilla/options.ts';

/** The choice of a method in an experiment file. */
export const methodOptions = z
  .discriminatedUnion('name', [dkelOptions, dpdOptions, vanillaOptions])
  .meta({ title: 'Method', description: 'The distillation algorithm and its options.' });

export type MethodOptions = z.infer<typeof methodOptions>;

/** Every method by name; a new method adds one line here and one in the algorithm registry. */
export const methodDeclarations = { dkel, dpd, vanilla } as const satisfies {
  [Name in MethodOptions['name']]: MethodDeclaration<Extract<MethodOptions, { name: Name }>>;
};

/** The declaration, typed for options of whatever method. */
export function declarationOf(name: MethodOptions['name']): MethodDeclaration {
  return methodDeclarations[name];
}
