import { declarationOf } from '../methods/registry.options.ts';
import { complaintsOf } from './complaints.ts';
import type { ExperimentDocument } from './document.ts';
import { experimentSchema, type Experiment } from './experiment.ts';
import { pathText, RULES, type Complaint } from './findings.ts';
import { planOf, type Plan } from './plan.ts';
import { isRecord } from './records.ts';
import { checkRules } from './rules.ts';
import { sourceComplaints } from './source.ts';

/** Where a data set's files are looked for; a message when they are not there. Injected: config opens no data. */
export type DataProbe = (dataset: NonNullable<Experiment['dataset']>) => string | null;

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
export function checkDocument(document: ExperimentDocument, probe: DataProbe = () => null): Checked {
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
  const experiment = result.data;
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
    ...missing(experiment, probe),
  ];
  const runs = complaints.every(({ code }) => RULES[code] !== 'error');
  const parsed = { experiment, plan };
  return { complaints, parsed, resolved: runs ? resolve(parsed) : null };
}

/** Plain data with defaults filled in, or null where the schema does not accept it. */
export function parseData(data: unknown): ParsedExperiment | null {
  const result = experimentSchema.safeParse(withPreset(data));
  const isComplete = result.success && isRecord(data) && sourceComplaints(data).length === 0;
  return isComplete ? { experiment: result.data, plan: planOf(result.data) } : null;
}

function missing({ dataset }: Experiment, probe: DataProbe): Complaint[] {
  const problem = dataset ? probe(dataset) : null;
  if (!dataset || problem === null) return [];
  return [
    {
      code: 'dataMissing',
      path: ['dataset', 'name'],
      message: problem,
      expected: 'an installed data set',
      got: dataset.name,
    },
  ];
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
