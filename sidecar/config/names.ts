import type { MethodDeclaration } from '../methods/declaration.ts';
import type { Path } from './findings.ts';
import { declarationIn } from './setting.ts';
import { isRecord, valueAt } from './records.ts';

/** A name that may stand as a key where the schema leaves names free. */
export interface FreeName {
  readonly name: string;
  readonly meaning: string;
}

/** The names that the chosen method knows under `models` or `stages`; none elsewhere. */
export function namesAt(path: Path, data: unknown): FreeName[] {
  const declaration = declarationIn(data);
  if (path.length !== 1) return [];
  switch (path[0]) {
    case 'models': {
      const others = { name: 'default', meaning: 'stands in for every model that is not given' };
      const read = declaration ? modelsRead(declaration, data) : [];
      return [
        others,
        ...read.map((name) => ({ name, meaning: `the ${name} of ${declaration?.title ?? ''}` })),
      ];
    }
    case 'stages':
      return (declaration?.stages ?? []).map(({ name, title }) => ({ name, meaning: title }));
    default:
      return [];
  }
}

/** Names that the method asks for, as far as its options are known. */
function modelsRead(declaration: MethodDeclaration, data: unknown): readonly string[] {
  const parsed = declaration.options.safeParse(valueAt(data, ['method']));
  if (declaration.modelNames && parsed.success) return declaration.modelNames(parsed.data);
  return declaration.models === 'any' ? [] : declaration.models;
}

/** Whether the key at `path` is a name that people choose: a model of a method that takes any. */
export function isFreeName(path: Path, data: unknown): boolean {
  const [first, name, ...below] = path;
  return (
    first === 'models' &&
    name !== undefined &&
    name !== 'default' &&
    below.length === 0 &&
    declarationIn(data)?.models === 'any' &&
    isRecord(valueAt(data, ['models']))
  );
}
