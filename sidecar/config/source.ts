import { declarationIn } from './setting.ts';
import { experimentSchema } from './experiment.ts';
import { show, type Complaint } from './findings.ts';
import { discriminatorValues } from './schemaWalk.ts';

/** Where a method gets its experience: exactly one of the two is given. */
export type SourceKind = 'dataset' | 'environment';

const OTHER = { dataset: 'environment', environment: 'dataset' } as const;
const IN_WORDS = { dataset: 'learns from a data set', environment: 'acts in an environment' } as const;

const expected = (kind: SourceKind): string =>
  `a map with name: ${(discriminatorValues(experimentSchema.shape[kind])?.values ?? []).map(show).join(', ')}`;

/** What is wrong with the choice of a source. @param data of the file, which the schema need not accept */
export function sourceComplaints(data: Readonly<Record<string, unknown>>): Complaint[] {
  const method = declarationIn(data);
  const wanted = method
    ? (method.source ?? 'dataset')
    : data['environment'] === undefined
      ? 'dataset'
      : 'environment';
  const other = OTHER[wanted];
  const [given, unwanted] = [data[wanted], data[other]];
  if (unwanted !== undefined && (method !== null || given !== undefined))
    return [
      {
        code: 'wrongSource',
        path: [other],
        atKey: true,
        message: method
          ? `The method ${method.name} ${IN_WORDS[wanted]}: ${other} is not for it.`
          : `An experiment has either a dataset or an environment.`,
        expected: given === undefined ? `${wanted}: ${expected(wanted)}` : `${wanted} alone`,
        got: other,
        suggestion: given === undefined ? wanted : null,
        proposals: [{ path: [other], value: undefined }],
      },
    ];
  if (given !== undefined) return [];
  return [
    { code: 'missingKey', path: [wanted], message: `${wanted} is missing.`, expected: expected(wanted) },
  ];
}
