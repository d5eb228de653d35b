import { declarationOf } from '../methods/registry.options.ts';
import { complaintsOf } from './complaints.ts';
import type { ExperimentDocument } from './document.ts';
import { experimentSchema, type DatasetOptions, type Experiment } from './experiment.ts';
import { pathText, RULES, type Complaint } from './findings.ts';
import { planOf, type Plan } from './plan.ts';
import { isRecord, valueAt } from './records.ts';
import { checkRules } from './rules.ts';
import { sourceComplaints } from './source.ts';

/** What there is of a data set: its options with what was found filled in, or what is wrong with which of them. */
export type ProbedData =
  | { readonly kind: 'found'; readonly dataset: DatasetOptions }
  | {
      readonly kind: 'wrong';
      readonly code: 'dataMissing' | 'dataUnusable';
      readonly key: string;
      readonly message: string;
      readonly expected: string;
    };

/** Looks where a data set's files are, from the experiment's own place. Injected: config opens no data. */
export type DataProbe = (dataset: DatasetOptions, file: string) => ProbedData;

/** Nobody looks: sizes that only the files know are guessed. */
const UNSEEN: DataProbe = (dataset) => ({ kind: 'found', dataset });

export interface ResolvedExperiment {
  /** Every default filled in, stages included: parsing it again gives the same. */
  readonly experiment: Experiment;
  readonly plan: Plan;
}

/** What the schema alone makes of plain data. */
export interface ParsedExperiment {
  /** Defaults filled in; stages as they were written. */
  readonly experiment: Experiment;
  readonly plan: Plan;
}

export interface Checked {
  readonly complaints: readonly Complaint[];
  /** Present when the schema accepts the data. */
  readonly parsed: ParsedExperiment | null;
  /** Present when no complaint is an error. */
  readonly resolved: ResolvedExperiment | null;
}

/** Everything that can be said of an experiment from its text. Never throws for bad input: it is in `complaints`. */
export function checkDocument(document: ExperimentDocument, probe: DataProbe = UNSEEN): Checked {
  const { problems } = document;
  if (!document.data) return { complaints: problems, parsed: null, resolved: null };
  const data = withPreset(document.data);
  const result = experimentSchema.safeParse(data);
  const source = isRecord(data) ? sourceComplaints(data) : [];
  if (!result.success || source.length > 0) {
    const issues = result.error?.issues ?? [];
    const complaints = issues.flatMap((issue) => complaintsOf(experimentSchema, data, issue));
    return { complaints: [...problems, ...source, ...complaints], parsed: null, resolved: null };
  }
  const { experiment, complaints: ofData } = withFound(result.data, probe, document.file);
  const plan = planOf(experiment);
  const overridden = shadowed(document.overridden, experiment, plan);
  // An override's own effect is told by the override; what it makes idle was meant by it.
  const restaged = document.overridden.some((path) => path.startsWith('stages.'));
  const told = ({ code, path }: Complaint): boolean =>
    code === 'noEffect' &&
    ((restaged && path[0] !== 'stages' && path[0] !== 'method') ||
      overridden.some((each) => `${pathText(each.path)}.`.startsWith(`${pathText(path)}.`)));
  const complaints = [
    ...problems,
    ...checkRules(experiment, plan, document.data).filter((complaint) => !told(complaint)),
    ...overridden,
    ...ofData,
  ];
  const runs = complaints.every(({ code }) => RULES[code] !== 'error');
  const parsed = { experiment, plan };
  return { complaints, parsed, resolved: runs ? resolve(parsed) : null };
}

/** Plain data with defaults filled in, or null where the schema does not accept it. */
export function parseData(data: unknown, probe: DataProbe = UNSEEN, file = ''): ParsedExperiment | null {
  const result = experimentSchema.safeParse(withPreset(data));
  if (!result.success || !isRecord(data) || sourceComplaints(data).length > 0) return null;
  const { experiment } = withFound(result.data, probe, file);
  return { experiment, plan: planOf(experiment) };
}

/** The experiment with what was found of its data, and what is wrong with them. */
function withFound(
  experiment: Experiment,
  probe: DataProbe,
  file: string,
): { readonly experiment: Experiment; readonly complaints: readonly Complaint[] } {
  const { dataset } = experiment;
  if (!dataset) return { experiment, complaints: [] };
  const probed = probe(dataset, file);
  if (probed.kind === 'found')
    return { experiment: { ...experiment, dataset: probed.dataset }, complaints: [] };
  const { code, key, message, expected } = probed;
  const complaint = { code, path: ['dataset', key], message, expected, got: valueAt(dataset, [key]) };
  return { experiment, complaints: [complaint] };
}

/** Overrides of what the main stage decides for itself, as a resolved file has it: they would change nothing. */
function shadowed(overridden: readonly string[], experiment: Experiment, plan: Plan): Complaint[] {
  const main = plan.stages.at(-1)?.name ?? '';
  const own = experiment.stages[main];
  const length = own?.steps === undefined ? 'epochs' : 'steps';
  const deciders: readonly (readonly [set: string, by: string, decided: boolean])[] = [
    ['training.epochs', length, own?.[length] !== undefined],
    ['optimizer', 'optimizer', own?.optimizer !== undefined],
    ['schedule', 'schedule', own?.schedule !== undefined],
  ];
  return overridden.flatMap((path): Complaint[] => {
    const decider = deciders.find(
      ([set, , decided]) => decided && (path === set || path.startsWith(`${set}.`)),
    );
    if (!decider) return [];
    const by = `stages.${main}.${decider[1]}`;
    return [
      {
        code: 'noEffect',
        path: path.split('.'),
        message: `${by} decides, so --set ${path} changes nothing.`,
        expected: `--set ${by}…`,
        got: path,
        suggestion: by,
      },
    ];
  });
}

/** A preset's values stand under the method's own. */
function withPreset(data: unknown): unknown {
  if (!isRecord(data) || !isRecord(data['method'])) return data;
  const { method } = data;
  if (typeof method['name'] !== 'string' || typeof method['preset'] !== 'string') return data;
  const known = experimentSchema.shape.method.safeParse({ name: method['name'] });
  if (!known.success) return data;
  const preset = declarationOf(known.data.name).presets[method['preset']];
  return preset ? { ...data, method: merge(preset, method) } : data;
}

function merge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base, ...over };
  for (const [key, value] of Object.entries(base))
    if (isRecord(value) && isRecord(over[key])) merged[key] = merge(value, over[key]);
  return merged;
}

/** Writes each stage's decided length, optimiser and schedule into the experiment. */
export function resolve({ experiment, plan }: ParsedExperiment): ResolvedExperiment {
  const stages = Object.fromEntries(
    plan.stages.map(({ name, asked, optimizer, schedule }) => [name, { steps: asked, optimizer, schedule }]),
  );
  return { experiment: { ...experiment, stages }, plan };
}
